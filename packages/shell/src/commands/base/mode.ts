/** Modes as chmod takes them: octal, or clauses such as `u+x,go-w` and `a=rX`. */

export interface ModeChange {
  /** Bits that it is about: of user, group, others; 0 when none were named, so that the umask counts. */
  readonly who: number;
  readonly operator: "+" | "-" | "=";
  /** Bits as if for all three; `X` is bit 0o1000000. */
  readonly bits: number;
}

const EXECUTE_IF_ANY = 0o1000000;
const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const PERMISSIONS: Readonly<Record<string, number>> = {
  r: 0o444,
  w: 0o222,
  x: 0o111,
  X: EXECUTE_IF_ANY,
  s: 0o6000,
  t: 0o1000,
};

/** Undefined for what is no mode. An octal mode is one change that sets everything. */
export function parseMode(text: string): ModeChange[] | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const bits = Number.parseInt(text, 8);
    return bits > 0o7777 ? undefined : [{ who: 0o7777, operator: "=", bits }];
  }
  const changes: ModeChange[] = [];
  for (const clause of text.split(",")) {
    const parts = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
    if (parts === null) return undefined;
    let who = 0;
    for (const letter of parts[1] as string) who |= WHO[letter] ?? 0;
    for (const action of (parts[2] as string).match(/[-+=][rwxXstugo]*/g) ?? []) {
      let bits = 0;
      for (const letter of action.slice(1)) bits |= PERMISSIONS[letter] ?? copyOf(letter);
      changes.push({ who, operator: action[0] as ModeChange["operator"], bits });
    }
  }
  return changes;
}

/** Bits that say "as those of" user, group or others. */
const copyOf = (letter: string): number =>
  letter === "u" ? 0o10000000 : letter === "g" ? 0o20000000 : 0o40000000;

export function applyMode(
  changes: readonly ModeChange[],
  before: number,
  isDirectory: boolean,
  umask: number,
): number {
  let mode = before;
  for (const { who, operator, bits } of changes) {
    const affected = who === 0 ? 0o7777 : who;
    let value = bits & 0o7777;
    if ((bits & EXECUTE_IF_ANY) !== 0 && (isDirectory || (mode & 0o111) !== 0)) value |= 0o111;
    if ((bits & 0o10000000) !== 0) value |= ((mode >> 6) & 7) * 0o111;
    if ((bits & 0o20000000) !== 0) value |= ((mode >> 3) & 7) * 0o111;
    if ((bits & 0o40000000) !== 0) value |= (mode & 7) * 0o111;
    value &= affected;
    if (who === 0) value &= ~umask;
    if (operator === "+") mode |= value;
    else if (operator === "-") mode &= ~value;
    else mode = (mode & ~(affected & 0o7777)) | value;
  }
  return mode;
}
