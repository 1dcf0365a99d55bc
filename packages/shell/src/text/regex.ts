/**
 * Matching of regular expressions by a machine that follows all threads at once (Pike): leftmost, then longest, in time
 * pattern × text. Of two matches of one length the one that the pattern names first gives the groups, which is POSIX's
 * answer but for rare nestings. Back references cannot be followed so; patterns that have them are tried one by one
 * within a bound of work.
 */
import { isWordCharacter, type RegexNode, RegexReader } from "./regex-syntax.ts";
import { MATCH_WORK_MAX, TooMuchWork } from "./work.ts";

export { RegexError } from "./regex-syntax.ts";

type Instruction =
  | { op: "one"; test: (character: string) => boolean }
  | { op: "edge"; edge: string }
  | { op: "split"; first: number; second: number }
  | { op: "jump"; to: number }
  | { op: "save"; slot: number }
  | { op: "back"; number: number }
  | { op: "match" };

/** Start and end of the whole and of each group, as pairs of offsets; −1 where a group took no part. */
export type RegexMatch = readonly number[];

const PROGRAM_MAX = 20_000;

export class Regex {
  readonly groupCount: number;
  private readonly program: Instruction[] = [];
  private hasBack = false;
  private work = 0;

  /** Throws a RegexError when `text` is none. */
  constructor(text: string, extended: boolean, ignoreCase = false) {
    const reader = new RegexReader(text, extended, ignoreCase);
    const tree = reader.read();
    this.groupCount = reader.groups;
    this.save(0);
    this.emit(tree);
    this.save(1);
    this.program.push({ op: "match" });
  }

  /** The first match at or after `from`, which is an offset of `text`; null when there is none. */
  match(text: string, from = 0): RegexMatch | null {
    const characters = Array.from(text);
    const offsets: number[] = [];
    let offset = 0;
    for (const character of characters) {
      offsets.push(offset);
      offset += character.length;
    }
    offsets.push(offset);
    this.work = 0;
    let start = 0;
    while ((offsets[start] as number) < from) start++;
    const found = this.hasBack ? this.backtrack(characters, start) : this.follow(characters, start);
    return found?.map((at) => (at < 0 ? -1 : (offsets[at] as number))) ?? null;
  }

  test(text: string): boolean {
    return this.match(text) !== null;
  }

  private save(slot: number): void {
    this.push({ op: "save", slot });
  }

  private push(instruction: Instruction): number {
    if (this.program.length >= PROGRAM_MAX) throw new TooMuchWork();
    return this.program.push(instruction) - 1;
  }

  private emit(node: RegexNode): void {
    switch (node.kind) {
      case "empty":
        return;
      case "one":
        this.push({ op: "one", test: node.test });
        return;
      case "edge":
        this.push({ op: "edge", edge: node.edge });
        return;
      case "back":
        this.hasBack = true;
        this.push({ op: "back", number: node.number });
        return;
      case "sequence":
        for (const part of node.parts) this.emit(part);
        return;
      case "group":
        this.save(2 * node.number);
        this.emit(node.part);
        this.save(2 * node.number + 1);
        return;
      case "choice":
        this.emitChoice(node.branches);
        return;
      case "repeat":
        this.emitRepeat(node.part, node.least, node.most);
    }
  }

  private emitChoice(branches: readonly RegexNode[]): void {
    const jumps: { op: "jump"; to: number }[] = [];
    branches.forEach((branch, i) => {
      if (i === branches.length - 1) {
        this.emit(branch);
        return;
      }
      const split = { op: "split" as const, first: 0, second: 0 };
      split.first = this.push(split) + 1;
      this.emit(branch);
      const jump = { op: "jump" as const, to: 0 };
      this.push(jump);
      jumps.push(jump);
      split.second = this.program.length;
    });
    for (const jump of jumps) jump.to = this.program.length;
  }

  private emitRepeat(part: RegexNode, least: number, most: number): void {
    for (let i = 0; i < least; i++) this.emit(part);
    if (most === Number.POSITIVE_INFINITY) {
      const split = { op: "split" as const, first: 0, second: 0 };
      const top = this.push(split);
      split.first = top + 1;
      this.emit(part);
      this.push({ op: "jump", to: top });
      split.second = this.program.length;
      return;
    }
    const splits: { op: "split"; first: number; second: number }[] = [];
    for (let i = least; i < most; i++) {
      const split = { op: "split" as const, first: 0, second: 0 };
      split.first = this.push(split) + 1;
      splits.push(split);
      this.emit(part);
    }
    for (const split of splits) split.second = this.program.length;
  }

  private count(): void {
    if (++this.work > MATCH_WORK_MAX) throw new TooMuchWork();
  }

  private follow(characters: readonly string[], start: number): number[] | null {
    let threads: { pc: number; saved: number[] }[] = [];
    let best: number[] | null = null;
    for (let at = start; at <= characters.length; at++) {
      const seen = new Set<number>();
      const live: { pc: number; saved: number[] }[] = [];
      for (const thread of threads) this.close(thread.pc, thread.saved, at, characters, seen, live);
      if (best === null) {
        const fresh = new Array<number>(2 * this.groupCount + 2).fill(-1);
        this.close(0, fresh, at, characters, seen, live);
      }
      threads = [];
      for (const { pc, saved } of live) {
        const instruction = this.program[pc] as Instruction;
        if (instruction.op === "match") {
          const better =
            best === null || (saved[0] as number) < (best[0] as number) || longer(saved, best);
          if (better) best = saved;
        } else if (instruction.op === "one") {
          const character = characters[at];
          if (character !== undefined && instruction.test(character))
            threads.push({ pc: pc + 1, saved });
        }
      }
      // one that began earlier may still match, and would win
      if (best !== null)
        threads = threads.filter(
          ({ saved }) => (saved[0] as number) <= ((best as number[])[0] as number),
        );
      if (best !== null && threads.length === 0) break;
    }
    return best;
  }

  /** Follows everything that takes no character. */
  private close(
    pc: number,
    saved: number[],
    at: number,
    characters: readonly string[],
    seen: Set<number>,
    live: { pc: number; saved: number[] }[],
  ): void {
    const stack: { pc: number; saved: number[] }[] = [{ pc, saved }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (seen.has(top.pc)) continue;
      seen.add(top.pc);
      this.count();
      const instruction = this.program[top.pc] as Instruction;
      if (instruction.op === "jump") stack.push({ pc: instruction.to, saved: top.saved });
      else if (instruction.op === "split") {
        stack.push(
          { pc: instruction.second, saved: top.saved },
          { pc: instruction.first, saved: top.saved },
        );
      } else if (instruction.op === "save") {
        const copy = top.saved.slice();
        copy[instruction.slot] = at;
        stack.push({ pc: top.pc + 1, saved: copy });
      } else if (instruction.op === "edge") {
        if (holds(instruction.edge, characters, at))
          stack.push({ pc: top.pc + 1, saved: top.saved });
      } else live.push(top);
    }
  }

  private backtrack(characters: readonly string[], start: number): number[] | null {
    for (let from = start; from <= characters.length; from++) {
      let best: number[] | null = null;
      const fresh = new Array<number>(2 * this.groupCount + 2).fill(-1);
      const stack: { pc: number; at: number; saved: number[] }[] = [
        { pc: 0, at: from, saved: fresh },
      ];
      for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
        this.count();
        const { pc, at, saved } = top;
        const instruction = this.program[pc] as Instruction;
        if (instruction.op === "match") {
          if (best === null || longer(saved, best)) best = saved;
        } else if (instruction.op === "jump") stack.push({ pc: instruction.to, at, saved });
        else if (instruction.op === "split") {
          stack.push({ pc: instruction.second, at, saved }, { pc: instruction.first, at, saved });
        } else if (instruction.op === "save") {
          const copy = saved.slice();
          copy[instruction.slot] = at;
          stack.push({ pc: pc + 1, at, saved: copy });
        } else if (instruction.op === "edge") {
          if (holds(instruction.edge, characters, at)) stack.push({ pc: pc + 1, at, saved });
        } else if (instruction.op === "one") {
          const character = characters[at];
          if (character !== undefined && instruction.test(character))
            stack.push({ pc: pc + 1, at: at + 1, saved });
        } else {
          const group = characters.slice(
            saved[2 * instruction.number],
            saved[2 * instruction.number + 1],
          );
          if (group.every((character, i) => characters[at + i] === character)) {
            stack.push({ pc: pc + 1, at: at + group.length, saved });
          }
        }
      }
      if (best !== null) return best;
    }
    return null;
  }
}

const longer = (a: readonly number[], b: readonly number[]): boolean =>
  a[0] === b[0] && (a[1] as number) > (b[1] as number);

function holds(edge: string, characters: readonly string[], at: number): boolean {
  if (edge === "start") return at === 0;
  if (edge === "end") return at === characters.length;
  const before = isWordCharacter(characters[at - 1]);
  const after = isWordCharacter(characters[at]);
  if (edge === "word-start") return !before && after;
  if (edge === "word-end") return before && !after;
  return (before !== after) === (edge === "word");
}
