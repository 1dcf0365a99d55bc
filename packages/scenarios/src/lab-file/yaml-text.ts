/**
 * The text of a YAML file as plain values that know their line and column. What is too long, too deep or made of
 * aliases without end is refused before it costs anything: a file from a stranger may waste a moment, never the machine.
 */
import {
  type Document,
  isCollection,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import { LabFileError } from "./lab-file-error.ts";

/** Characters in one file; a lab has some thousands. */
const CHARACTERS_MAX = 256 * 1024;
/** Words and marks in one file, and values with a key: reading compares each key of a mapping with all others. */
const TOKENS_MAX = 30_000;
const KEYS_MAX = 4000;
const ALIASES_MAX = 1000;
/** Values inside values. */
const DEPTH_MAX = 32;
/** Characters of a parser's message, which may quote the file. */
const MESSAGE_MAX = 200;
const TOO_DEEP = `values nest deeper than ${DEPTH_MAX} levels`;
const TOO_MANY_ALIASES = "aliases repeat too much; write out what they stand for";
/** Blanks before a line: what nests by indentation. */
const INDENTATION_MAX = 128;

export interface YamlText {
  readonly path: string;
  readonly value: unknown;
  /** `line:column` of the value at `at`, or of the nearest one around it, and how many steps of `at` it has. */
  locate(at: readonly PropertyKey[]): { readonly place: string; readonly depth: number };
  /** The line on which the text at `at` begins; null where no text is. */
  textLine(at: readonly PropertyKey[]): number | null;
}

/** What a text file may hold beside characters that are seen: tabs and ends of lines. */
const CONTROL = /(?![\t\n\r\u0080-\u009f])\p{Cc}/u;

/** Throws `LabFileError`. */
export function readYaml(text: string, path: string): YamlText {
  const refuse = (place: string, what: string): never => {
    throw new LabFileError(`${path}:${place}: ${what}`);
  };
  if (text.length > CHARACTERS_MAX)
    refuse(
      "1:1",
      `the file has ${text.length} characters, a lab file at most ${CHARACTERS_MAX}; split it with include`,
    );
  const control = CONTROL.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(2, "0");
    refuse(placeOf(text, control.index), `the octet ${code} is in no text: this is no YAML file`);
  }
  if (text.includes("\r") && !text.includes("\n"))
    refuse("1:1", "its lines end with CR alone; save it with LF or CRLF");
  const excess = findExcess(text);
  if (excess !== undefined) refuse(placeOf(text, excess.offset), excess.what);
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, logLevel: "error" } as const;
  const document = parseDocument(text, options);
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const fault = document.errors[0];
  if (fault?.code === "MULTIPLE_DOCS")
    refuse(at(fault.pos[0]), "a file is one lab: nothing follows ---");
  if (fault !== undefined) refuse(at(fault.pos[0]), fault.message.slice(0, MESSAGE_MAX));
  const key = oddKey(document);
  if (key !== undefined) refuse(at(key.offset), key.what);
  return {
    path,
    value: plain(document, at, refuse),
    locate: (keys) => locate(document, keys, at),
    textLine: (keys) => {
      const node = document.getIn(keys, true);
      if (!isScalar(node) || typeof node.value !== "string" || node.range == null) return null;
      const { line } = lines.linePos(node.range[0]);
      // a block begins below its mark
      return node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED" ? line + 1 : line;
    },
  };
}

interface Excess {
  readonly offset: number;
  readonly what: string;
}

/** Where a text goes beyond what any lab needs, by its words and marks alone; undefined where it does not. */
function findExcess(text: string): Excess | undefined {
  let offset = 0;
  let flow = 0;
  let inLine = 0;
  let tokens = 0;
  let keys = 0;
  let aliases = 0;
  for (const token of new Lexer().lex(text)) {
    const first = token[0];
    if (token === "[" || token === "{") flow++;
    else if (token === "]" || token === "}") flow--;
    else if (token === "-" || token === "?" || token === ":") inLine++;
    else if (first === "\n" || first === "\r") inLine = 0;
    if (token === ":") keys++;
    else if (first === "*" && ++aliases > ALIASES_MAX) return { offset, what: TOO_MANY_ALIASES };
    const indented = inLine === 0 && token.length > INDENTATION_MAX && /^ +$/.test(token);
    // in brackets, a line may hold many keys beside each other
    if (indented || flow > DEPTH_MAX || (flow === 0 && inLine > DEPTH_MAX))
      return { offset, what: TOO_DEEP };
    if (++tokens > TOKENS_MAX || keys > KEYS_MAX)
      return { offset, what: "too much for one file; split it with include" };
    // the lexer marks documents, scalars and mistakes by characters that are not in the text
    if (first !== "\u0002" && first !== "\u0018" && first !== "\u001f") offset += token.length;
  }
  return undefined;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Words that YAML or JavaScript would take for more than a word. */
const ODD_WORDS: ReadonlyMap<unknown, string> = new Map([
  ["<<", "mappings are not merged by <<; put what they share into a file and include it"],
  ["__proto__", "__proto__ is no name for anything"],
]);

/** Where a mapping has a key that is no scalar, or no word of a lab. */
function oddKey(document: Document): Excess | undefined {
  let found: Excess | undefined;
  visit(document, {
    Pair: (_index, { key }) => {
      if (!isNode(key)) return undefined;
      const what = isCollection(key)
        ? "a key is a word, not a list or a mapping"
        : isScalar(key)
          ? ODD_WORDS.get(key.value)
          : undefined;
      if (what === undefined) return undefined;
      found = { offset: key.range?.[0] ?? 0, what };
      return visit.BREAK;
    },
  });
  return found;
}

/** The values. A file whose aliases repeat each other without end, or stand within what they name, has none. */
function plain(
  document: Document,
  at: (offset: number) => string,
  refuse: (place: string, what: string) => never,
): unknown {
  let value: unknown;
  let message = "";
  try {
    value = document.toJS();
    if (!isDeeper(value, DEPTH_MAX)) return value;
    message = "an alias stands within what it names";
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    message = error.message.startsWith("Excessive") ? TOO_MANY_ALIASES : error.message;
  }
  let place = "1:1";
  visit(document, {
    Alias: (_key, { range }) => {
      place = at(range?.[0] ?? 0);
      return visit.BREAK;
    },
  });
  return refuse(place, message);
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

function locate(
  document: Document,
  keys: readonly PropertyKey[],
  at: (offset: number) => string,
): { place: string; depth: number } {
  for (let depth = keys.length; depth > 0; depth--) {
    const node = document.getIn(keys.slice(0, depth), true) as
      | { range?: readonly number[] }
      | undefined;
    const offset = node?.range?.[0];
    if (offset !== undefined) return { place: at(offset), depth };
  }
  return { place: at(document.contents?.range?.[0] ?? 0), depth: 0 };
}
