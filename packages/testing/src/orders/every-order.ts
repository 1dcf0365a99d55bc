/**
 * Small scenarios in all orders. Several people do several things each; every order in which that can happen is played on a lab
 * of its own. And one command at every moment between two events: before the SYN arrives, while ARP is asked, after.
 */

/** Something done, with the words for it. */
export interface Step<World> {
  readonly name: string;
  readonly act: (world: World) => void;
}

/** One order and what came of it. */
export interface Played<Result> {
  /** Names of the steps in the order in which they were done. */
  readonly order: readonly string[];
  readonly result: Result;
}

/** More than that is no small scenario. */
const ORDERS_MAX = 5000;

/** How many orders there are: steps of one person stay in their order. */
export function orderCount(people: readonly (readonly unknown[])[]): number {
  let count = 1;
  let done = 0;
  for (const { length } of people) for (let i = 1; i <= length; i++) count = (count * ++done) / i;
  return Math.round(count);
}

/** Throws a RangeError for more orders than anybody waits for. */
export function refuseTooMany(people: readonly (readonly unknown[])[]): void {
  const count = orderCount(people);
  if (count > ORDERS_MAX)
    throw new RangeError(`${count} orders are too many; at most ${ORDERS_MAX}`);
}

/** Each order in which the steps of several people can follow each other. */
export function* interleavings<T>(people: readonly (readonly T[])[]): Generator<readonly T[]> {
  if (people.every(({ length }) => length === 0)) {
    yield [];
    return;
  }
  for (const [i, steps] of people.entries()) {
    const [first, ...rest] = steps;
    if (first === undefined) continue;
    for (const order of interleavings(people.with(i, rest))) yield [first, ...order];
  }
}

/**
 * Plays every order: `begin` makes the world anew, `end` says what came of it; it may throw, which is a result like another for
 * `failures`. Throws a RangeError for more than 5,000 orders.
 */
export function everyOrder<World, Result>(
  people: readonly (readonly Step<World>[])[],
  begin: () => World,
  end: (world: World) => Result,
): Played<Result>[] {
  refuseTooMany(people);
  return [...interleavings(people)].map((steps) => {
    const world = begin();
    for (const step of steps) step.act(world);
    return { order: steps.map(({ name }) => name), result: end(world) };
  });
}

/** The different results, each with the orders that lead to it; results are compared as JSON. */
export function outcomes<Result>(
  played: readonly Played<Result>[],
): readonly { readonly result: Result; readonly orders: readonly (readonly string[])[] }[] {
  const found = new Map<string, { result: Result; orders: (readonly string[])[] }>();
  for (const { order, result } of played) {
    const key = JSON.stringify(result);
    const known = found.get(key);
    if (known === undefined) found.set(key, { result, orders: [order] });
    else known.orders.push(order);
  }
  return [...found.values()];
}
