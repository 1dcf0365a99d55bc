/** `printf`: formats are used again while there are arguments. */
import { nanoseconds } from "@lvsim/core";
import { quoteBackslash } from "../expansions/transform.ts";
import type { Wait } from "../process/wait.ts";
import type { Builtin, Shell } from "../shell/shell.ts";
import { isName } from "../shell/variable.ts";
import { utf8Length } from "../text/utf8.ts";
import { strftime } from "../time/strftime.ts";
import { replaceEscapes } from "./escapes.ts";
import { formatFloat } from "./float-format.ts";
import { badOption, usage } from "./usage.ts";

const DIRECTIVE =
  /%([-+ #0']*)(\*|\d+)?(?:\.(\*|\d*))?([hlLjzt]*)(\([^)]*\)T|[diouxXcsbqQeEfFgGaA%n])?/y;

export const printf: Builtin = function* (shell, argv) {
  let at = 1;
  let variable: string | null = null;
  if (argv[at] === "-v" && shell.dialect === "bash") {
    if (argv[at + 1] === undefined) {
      yield* shell.complain("printf: -v: option requires an argument");
      return yield* usage(shell, "printf");
    }
    variable = argv[at + 1] ?? "";
    at += 2;
    if (!isName(variable.replace(/\[.*\]$/, ""))) {
      yield* shell.complain(`printf: \`${variable}': not a valid identifier`);
      return 2;
    }
  }
  if (argv[at] === "--") at++;
  else if (/^-./.test(argv[at] ?? "") && shell.dialect === "bash")
    return yield* badOption(shell, "printf", (argv[at] as string).slice(0, 2));
  const format = argv[at];
  if (format === undefined) {
    if (shell.dialect === "bash") return yield* usage(shell, "printf");
    yield* shell.complain("printf: usage: printf format [arg ...]");
    return 2;
  }
  const job = new Formatting(shell, argv.slice(at + 1));
  yield* job.run(format);
  if (variable !== null) assignTo(shell, variable, job.text);
  else if (!(yield* shell.out(job.text, "printf"))) return 1;
  for (const message of [...job.warnings, ...job.complaints])
    yield* shell.complain(`printf: ${message}`);
  return job.complaints.length > 0 ? job.status : 0;
};

/** A name, or an element of an array. */
function assignTo(shell: Shell, name: string, text: string): void {
  const element = /^([^[]+)\[(.*)\]$/s.exec(name);
  if (element === null) return shell.variables.set(name, text);
  const [, base = "", subscript = ""] = element;
  const variable = shell.variables.target(base);
  const isAssociative = variable.kind === "associative";
  const key = isAssociative ? subscript : Number(shell.variables.evaluate(subscript));
  shell.variables.assignElement(variable, base, key, text);
}

class Formatting {
  text = "";
  readonly complaints: string[] = [];
  readonly warnings: string[] = [];
  /** Status after a complaint. */
  status = 1;
  private readonly shell: Shell;
  private readonly values: readonly string[];
  private at = 0;
  private stopped = false;

  constructor(shell: Shell, values: readonly string[]) {
    this.shell = shell;
    this.values = values;
  }

  *run(format: string): Generator<Wait, void, void> {
    const { kernel, process } = this.shell;
    do {
      const before = this.at;
      this.once(format);
      if (this.at === before) break;
      const wait = kernel.step(process, nanoseconds(0));
      if (wait !== null) yield wait;
    } while (this.at < this.values.length && !this.stopped);
  }

  private once(format: string): void {
    for (let at = 0; at < format.length && !this.stopped; ) {
      if (format[at] !== "%") {
        const end = format.indexOf("%", at);
        this.text += replaceEscapes(
          format.slice(at, end < 0 ? format.length : end),
          "format",
          this.shell.isAsciiLocale(),
        ).text;
        at = end < 0 ? format.length : end;
        continue;
      }
      DIRECTIVE.lastIndex = at;
      const found = DIRECTIVE.exec(format) as RegExpExecArray;
      const [whole, flags = "", width, precision, , conversion] = found;
      at += whole.length;
      if (this.shell.dialect === "dash" && conversion !== undefined && /^[qQ(]/.test(conversion)) {
        this.complaints.push(`${whole}: invalid directive`);
        this.status = 2;
        this.stopped = true;
      } else if (conversion === undefined) {
        const next = format.charAt(at);
        this.complaints.push(
          next === ""
            ? `\`${whole}': missing format character`
            : `\`${next}': invalid format character`,
        );
        this.stopped = true;
      } else if (conversion === "%") this.text += "%";
      else
        this.convert(
          conversion,
          flags,
          this.number(width),
          precision === undefined ? null : this.number(precision),
        );
    }
  }

  private next(): string | undefined {
    return this.values[this.at++];
  }

  private number(text: string | undefined): number {
    if (text === "*") return Number.parseInt(this.next() ?? "0", 10) || 0;
    return Number(text ?? 0);
  }

  private convert(
    conversion: string,
    flags: string,
    width: number,
    precision: number | null,
  ): void {
    const left = flags.includes("-") || width < 0;
    const zero = flags.includes("0") && !left;
    const pad = (text: string, zeros: boolean): void => {
      const size = Math.min(Math.abs(width), 65_536);
      // the width counts octets
      const blanks = " ".repeat(Math.max(0, size - utf8Length(text)));
      if (left) this.text += text + blanks;
      else if (!zeros) this.text += blanks + text;
      else this.text += zeroPadded(text, size);
    };
    if (conversion.startsWith("(")) {
      pad(this.time(conversion.slice(1, -2)), false);
      return;
    }
    switch (conversion) {
      case "s":
      case "b":
      case "q":
      case "Q": {
        const value = this.next() ?? "";
        const done =
          conversion === "b"
            ? replaceEscapes(value, "argument", this.shell.isAsciiLocale())
            : { text: value, stops: false };
        const text = conversion === "q" || conversion === "Q" ? quoteBackslash(value) : done.text;
        pad(precision === null ? text : Array.from(text).slice(0, precision).join(""), false);
        this.stopped ||= done.stops;
        return;
      }
      case "c":
        pad((this.next() ?? "").slice(0, 1), false);
        return;
      case "d":
      case "i": {
        const value = this.integer();
        const digits = (value < 0n ? -value : value).toString().padStart(precision ?? 0, "0");
        pad(sign(value < 0n, flags) + digits, zero && precision === null);
        return;
      }
      case "u":
      case "o":
      case "x":
      case "X":
        pad(this.unsigned(conversion, flags, precision), zero && precision === null);
        return;
      case "n":
        this.next();
        return;
      default: {
        const value = this.float();
        const isNegative = value < 0 || Object.is(value, -0);
        const text = formatFloat(Math.abs(value), conversion, precision ?? 6, flags.includes("#"));
        pad(sign(isNegative, flags) + text, zero && Number.isFinite(value));
      }
    }
  }

  private unsigned(conversion: string, flags: string, precision: number | null): string {
    const value = BigInt.asUintN(64, this.integer());
    const base = conversion === "u" ? 10 : conversion === "o" ? 8 : 16;
    const digits = value.toString(base).padStart(precision ?? 0, "0");
    const prefix =
      !flags.includes("#") || value === 0n
        ? ""
        : conversion === "o"
          ? "0"
          : conversion === "u"
            ? ""
            : "0x";
    return conversion === "X" ? (prefix + digits).toUpperCase() : prefix + digits;
  }

  private integer(): bigint {
    const text = this.next();
    if (text === undefined || text === "") return 0n;
    const quoted = /^["'](.)?/su.exec(text);
    if (quoted !== null) return BigInt(quoted[1]?.codePointAt(0) ?? 0);
    const found = /^\s*([-+]?)(0[xX][0-9A-Fa-f]+|0[0-7]*|[1-9]\d*)/.exec(text);
    if (found === null || found[0].length < text.length) this.invalid(text);
    if (found === null) return 0n;
    const digits = found[2] as string;
    const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    return this.clamped(found[1] === "-" ? -value : value, text);
  }

  /** strtoimax stops at the ends of its range. */
  private clamped(value: bigint, text: string): bigint {
    const most = 2n ** 63n - 1n;
    if (value <= most && value >= -most - 1n) return value;
    this.warnings.push(`warning: ${text}: Numerical result out of range`);
    return value > 0n ? most : -most - 1n;
  }

  private float(): number {
    const text = this.next();
    if (text === undefined || text === "") return 0;
    const found = /^\s*[-+]?(?:inf|nan|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/i.exec(text);
    if (found === null || found[0].length < text.length) this.invalid(text);
    const word = (found?.[0] ?? "0").trim().toLowerCase();
    if (word.endsWith("inf"))
      return word.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return Number(word);
  }

  private invalid(text: string): void {
    const isDash = this.shell.dialect === "dash";
    const isPartial = /^\s*[-+]?\d/.test(text);
    this.complaints.push(
      `${text}: ${isDash ? (isPartial ? "not completely converted" : "expected numeric value") : "invalid number"}`,
    );
  }

  private time(format: string): string {
    const text = this.next();
    const { wallSeconds, startSeconds } = {
      wallSeconds: this.shell.kernel.wallSeconds,
      startSeconds: 1_704_067_200,
    };
    const seconds =
      text === undefined || text === "-1" || text === ""
        ? wallSeconds
        : text === "-2"
          ? startSeconds
          : Number(text);
    return strftime(format === "" ? "%X" : format, { seconds, nanoseconds: 0 });
  }
}

const sign = (isNegative: boolean, flags: string): string =>
  isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";

function zeroPadded(text: string, size: number): string {
  const prefix = /^[-+ ]?(0[xX])?/.exec(text)?.[0] ?? "";
  return prefix + text.slice(prefix.length).padStart(size - prefix.length, "0");
}
