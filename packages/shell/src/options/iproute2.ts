/**
 * Command lines as iproute2 reads them: words in turn. Objects and subcommands may be cut to a prefix (`matches()`), most
 * parameters must be whole. Its complaints end the command with status 255 (`exit(-1)`).
 */
import { CommandFailure } from "./failure.ts";

/** `matches()`: whether `typed` is a beginning of `word`; the empty word begins nothing. */
export const isPrefix = (typed: string, word: string): boolean =>
  typed !== "" && word.startsWith(typed);

/** The first word of `words` that `typed` begins, in their order as the real tables have one. */
export const matchPrefix = <W extends string>(typed: string, words: readonly W[]): W | undefined =>
  words.find((word) => isPrefix(typed, word));

const fail = (text: string): CommandFailure => new CommandFailure(255, `${text}\n`);

export const incompleteCommand = (): CommandFailure =>
  fail('Command line is not complete. Try option "help"');
/** `invarg`: `message` says what was expected, as `"dev" not a valid ifname`. */
export const invalidArgument = (message: string, value: string): CommandFailure =>
  fail(`Error: argument "${value}" is wrong: ${message}`);
/** `duparg`: the parameter `name` came twice. */
export const duplicateArgument = (name: string, value: string): CommandFailure =>
  fail(`Error: duplicate "${name}": "${value}" is the second value.`);
/** `duparg2`: a word that could only be a second value of `name`. */
export const duplicateOrGarbage = (name: string, value: string): CommandFailure =>
  fail(`Error: either "${name}" is duplicate, or "${value}" is a garbage.`);
export const unknownCommand = (typed: string, object: string): CommandFailure =>
  fail(`Command "${typed}" is unknown, try "ip ${object} help".`);

/** The words of one command line, read from left to right. */
export class Words {
  private readonly words: readonly string[];
  private at = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  get done(): boolean {
    return this.at >= this.words.length;
  }

  /** The word whose turn it is; undefined at the end. */
  get here(): string | undefined {
    return this.words[this.at];
  }

  /** Takes the word whose turn it is; undefined at the end. */
  take(): string | undefined {
    return this.words[this.at++];
  }

  /** NEXT_ARG: the value that must follow. */
  value(): string {
    const word = this.take();
    if (word === undefined) throw incompleteCommand();
    return word;
  }

  /** Puts the last word back. */
  back(): void {
    this.at--;
  }

  rest(): readonly string[] {
    return this.words.slice(this.at);
  }
}
