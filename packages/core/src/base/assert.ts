/** Assertions for our own bugs. A fault of the modelled network is a value with a drop reason, never an exception. */

/** Thrown when the simulator itself is wrong. Never caught inside core. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Marks a branch that the types rule out. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}
