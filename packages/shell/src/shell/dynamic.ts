/** Variables whose value is made when they are read: RANDOM, SECONDS, LINENO and their like. */
import type { Instant, Rng } from "@lvsim/core";
import type { Options } from "./options.ts";
import type { Variables } from "./variables.ts";

/** What they are made from; a `Shell` is one. */
export interface DynamicSource {
  readonly line: number;
  readonly command: string;
  readonly subshellDepth: number;
  readonly options: Options;
  readonly process: { readonly pid: number };
  readonly kernel: { readonly now: Instant; readonly rng: Rng; readonly wallSeconds: number };
}

/** bash's generator: the minimal standard of Park and Miller, both halves folded (bash 5.1 and later). */
class BashRandom {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  seed(value: number): void {
    this.state = value >>> 0;
  }

  next(): number {
    if (this.state === 0) this.state = 123_459_876;
    const high = Math.floor(this.state / 127_773);
    const low = this.state % 127_773;
    const next = 16_807 * low - 2_836 * high;
    this.state = next < 0 ? next + 0x7fffffff : next;
    return ((this.state >>> 16) ^ (this.state & 0xffff)) & 0x7fff;
  }
}

/** The names that are on, in the form of PATH. */
const namesOf = (options: readonly (readonly [string, boolean])[]): string =>
  options
    .filter(([, isOn]) => isOn)
    .map(([name]) => name)
    .join(":");

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

export function defineDynamicVariables(variables: Variables, source: DynamicSource): void {
  const { kernel } = source;
  let random: BashRandom | null = null;
  const generator = (): BashRandom => {
    random ??= new BashRandom(kernel.rng.stream(`bash/${source.process.pid}`).below(0x7fffffff));
    return random;
  };
  let secondsStart = kernel.now as number;
  const readOnly = (get: () => string): { get(): string; set(): void } => ({
    get,
    set: () => undefined,
  });
  variables.define("RANDOM", {
    get: () => {
      const first = generator().next();
      return String(first);
    },
    set: (value) => generator().seed(Number.parseInt(value, 10) || 0),
  });
  variables.define("SECONDS", {
    get: () => String(Math.floor((kernel.now - secondsStart) / 1e9)),
    set: (value) => {
      secondsStart = kernel.now - (Number.parseInt(value, 10) || 0) * 1e9;
    },
  });
  variables.define(
    "LINENO",
    readOnly(() => String(source.line)),
  );
  variables.define(
    "BASH_COMMAND",
    readOnly(() => source.command),
  );
  variables.define(
    "BASHPID",
    readOnly(() => String(source.process.pid)),
  );
  variables.define(
    "BASH_SUBSHELL",
    readOnly(() => String(source.subshellDepth)),
  );
  variables.define(
    "EPOCHSECONDS",
    readOnly(() => String(kernel.wallSeconds)),
  );
  variables.define(
    "EPOCHREALTIME",
    readOnly(() => `${kernel.wallSeconds}.${pad(Math.floor((kernel.now % 1e9) / 1e3), 6)}`),
  );
  variables.define(
    "SHELLOPTS",
    readOnly(() => namesOf(source.options.list())),
  );
  variables.define(
    "BASHOPTS",
    readOnly(() => namesOf(source.options.listShopts())),
  );
  variables.define(
    "SRANDOM",
    readOnly(() => String(kernel.rng.stream("srandom").below(2 ** 32))),
  );
}
