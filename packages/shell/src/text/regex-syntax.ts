/** Extended and basic regular expressions of POSIX.1-2017 §9, read into a tree. GNU's `\w \s \b \< \>` and `\+ \? \|` too. */
import { type CharacterTest, readBracket } from "./character-class.ts";

export type RegexNode =
  | { readonly kind: "empty" }
  | { readonly kind: "one"; readonly test: CharacterTest }
  | {
      readonly kind: "edge";
      readonly edge: "start" | "end" | "word" | "not-word" | "word-start" | "word-end";
    }
  | { readonly kind: "sequence"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly branches: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly part: RegexNode;
      readonly least: number;
      readonly most: number;
    }
  | { readonly kind: "group"; readonly part: RegexNode; readonly number: number }
  | { readonly kind: "back"; readonly number: number };

/** RE_DUP_MAX. */
const REPEAT_MAX = 255;

/** Thrown when a pattern is not a regular expression; the text is regcomp's. */
export class RegexError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /^[\p{L}\p{N}_]$/u.test(character);

export class RegexReader {
  groups = 0;
  private readonly text: string;
  private readonly extended: boolean;
  private readonly ignoreCase: boolean;
  private at = 0;

  constructor(text: string, extended: boolean, ignoreCase: boolean) {
    this.text = text;
    this.extended = extended;
    this.ignoreCase = ignoreCase;
  }

  read(): RegexNode {
    const node = this.choice(0);
    if (this.at < this.text.length)
      throw new RegexError(this.extended ? "Unmatched ( or \\(" : "Unmatched ) or \\)");
    return node;
  }

  /** Takes `operator` in this syntax's spelling: bare in extended, with a backslash in basic expressions. */
  private take(operator: string): boolean {
    const spelled = this.extended ? operator : `\\${operator}`;
    if (!this.text.startsWith(spelled, this.at)) return false;
    this.at += spelled.length;
    return true;
  }

  private sees(operator: string): boolean {
    return this.text.startsWith(this.extended ? operator : `\\${operator}`, this.at);
  }

  private choice(depth: number): RegexNode {
    const branches = [this.sequence(depth)];
    while (this.take("|")) branches.push(this.sequence(depth));
    return branches.length === 1 ? (branches[0] as RegexNode) : { kind: "choice", branches };
  }

  private sequence(depth: number): RegexNode {
    const parts: RegexNode[] = [];
    while (this.at < this.text.length && !this.sees("|") && !(depth > 0 && this.sees(")"))) {
      parts.push(this.repeated(this.atom(depth, parts.length === 0)));
    }
    return parts.length === 1 ? (parts[0] as RegexNode) : { kind: "sequence", parts };
  }

  private repeated(atom: RegexNode): RegexNode {
    let node = atom;
    for (;;) {
      if (this.text[this.at] === "*") {
        this.at++;
        node = { kind: "repeat", part: node, least: 0, most: Number.POSITIVE_INFINITY };
      } else if (this.take("+"))
        node = { kind: "repeat", part: node, least: 1, most: Number.POSITIVE_INFINITY };
      else if (this.take("?")) node = { kind: "repeat", part: node, least: 0, most: 1 };
      else {
        const interval = this.interval();
        if (interval === undefined) return node;
        node = { kind: "repeat", part: node, ...interval };
      }
    }
  }

  private interval(): { least: number; most: number } | undefined {
    if (!this.sees("{")) return undefined;
    const close = this.extended ? "\\}" : "\\\\\\}";
    const open = this.extended ? "\\{" : "\\\\\\{";
    const found = new RegExp(`^${open}(\\d*)(,?)(\\d*)${close}`).exec(this.text.slice(this.at));
    if (found === null || (found[1] === "" && found[3] === "")) {
      if (this.extended) return undefined;
      throw new RegexError("Invalid content of \\{\\}");
    }
    this.at += found[0].length;
    const least = Number(found[1]);
    const most =
      found[2] === "" ? least : found[3] === "" ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (least > most) throw new RegexError("Invalid content of \\{\\}");
    if (least > REPEAT_MAX || (most !== Number.POSITIVE_INFINITY && most > REPEAT_MAX)) {
      throw new RegexError("Regular expression too big");
    }
    return { least, most };
  }

  private atom(depth: number, first: boolean): RegexNode {
    const point = this.text.codePointAt(this.at) as number;
    const character = String.fromCodePoint(point);
    if (this.take("(")) return this.group(depth);
    this.at += character.length;
    if (character === "\\") return this.escape();
    if (character === ".") return { kind: "one", test: () => true };
    if (character === "[") {
      const bracket = readBracket(this.text, this.at - 1, false, this.ignoreCase);
      if (bracket === undefined) throw new RegexError("Unmatched [, [^, [:, [., or [=");
      this.at = bracket.end;
      return { kind: "one", test: bracket.test };
    }
    if (character === "^" && (this.extended || first)) return { kind: "edge", edge: "start" };
    if (character === "$" && (this.extended || this.atEnd(depth)))
      return { kind: "edge", edge: "end" };
    if (this.extended && first && "*+?".includes(character)) {
      if (character === "*") return this.literal("*");
      throw new RegexError("Invalid preceding regular expression");
    }
    return this.literal(character);
  }

  private atEnd(depth: number): boolean {
    return this.at >= this.text.length || this.sees("|") || (depth > 0 && this.sees(")"));
  }

  private group(depth: number): RegexNode {
    const number = ++this.groups;
    const part = this.choice(depth + 1);
    if (!this.take(")")) throw new RegexError("Unmatched ( or \\(");
    return { kind: "group", part, number };
  }

  private escape(): RegexNode {
    const character = this.text[this.at];
    if (character === undefined) throw new RegexError("Trailing backslash");
    this.at++;
    switch (character) {
      case "w":
        return { kind: "one", test: isWordCharacter };
      case "W":
        return { kind: "one", test: (one) => !isWordCharacter(one) };
      case "s":
        return { kind: "one", test: (one) => /^\s$/.test(one) };
      case "S":
        return { kind: "one", test: (one) => !/^\s$/.test(one) };
      case "b":
        return { kind: "edge", edge: "word" };
      case "B":
        return { kind: "edge", edge: "not-word" };
      case "<":
        return { kind: "edge", edge: "word-start" };
      case ">":
        return { kind: "edge", edge: "word-end" };
      case "n":
        return this.literal("\n");
    }
    if (character >= "1" && character <= "9") {
      if (Number(character) > this.groups) throw new RegexError("Invalid back reference");
      return { kind: "back", number: Number(character) };
    }
    return this.literal(character);
  }

  private literal(character: string): RegexNode {
    if (!this.ignoreCase) return { kind: "one", test: (one) => one === character };
    const folded = character.toLowerCase();
    return { kind: "one", test: (one) => one.toLowerCase() === folded };
  }
}
