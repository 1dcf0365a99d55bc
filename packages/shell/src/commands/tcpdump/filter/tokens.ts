/** Words of the pcap filter language (`pcap-filter(7)`). */

type TokenKind = "word" | "number" | "address" | "mac" | "symbol" | "ipv6";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Numbers only. */
  readonly value: number;
  /** Written with a backslash: never a keyword. */
  readonly escaped: boolean;
}

/** Why a filter cannot be used, as libpcap says it. */
export class FilterProblem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const syntaxError = (): FilterProblem =>
  new FilterProblem("can't parse filter expression: syntax error");

const SYMBOLS = [
  ..."&& || == != >= <= >> << ! = > < ( ) [ ] + - * / % & | ^ :".split(" "),
] as const;

const NUMBER = /^(0x[0-9a-f]+|\d+)$/i;
const MAC = /^[0-9a-f]{1,2}([:-][0-9a-f]{1,2}){5}/i;
const IPV6_ADDRESS = /^[0-9a-f]*:[0-9a-f:.]*(?![\w-])/i;
const WORD = /^(\\?[A-Za-z0-9_][A-Za-z0-9_.-]*)/;

/** Names of numbers. */
const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["icmptype", 0],
  ["icmpcode", 1],
  ["icmp-echoreply", 0],
  ["icmp-unreach", 3],
  ["icmp-sourcequench", 4],
  ["icmp-redirect", 5],
  ["icmp-echo", 8],
  ["icmp-routeradvert", 9],
  ["icmp-routersolicit", 10],
  ["icmp-timxceed", 11],
  ["icmp-paramprob", 12],
  ["icmp-tstamp", 13],
  ["icmp-tstampreply", 14],
  ["icmp-ireq", 15],
  ["icmp-ireqreply", 16],
  ["icmp-maskreq", 17],
  ["icmp-maskreply", 18],
  ["tcpflags", 13],
  ["tcp-fin", 1],
  ["tcp-syn", 2],
  ["tcp-rst", 4],
  ["tcp-push", 8],
  ["tcp-ack", 16],
  ["tcp-urg", 32],
  ["tcp-ece", 64],
  ["tcp-cwr", 128],
]);

const token = (kind: TokenKind, text: string, value = 0, escaped = false): Token => ({
  kind,
  text,
  value,
  escaped,
});

export function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = text.trimStart();
  while (rest !== "") {
    const taken = firstToken(rest, tokens.at(-1)?.text === "[" || isInside(tokens));
    if (taken === null) throw syntaxError();
    tokens.push(taken.token);
    rest = rest.slice(taken.length).trimStart();
  }
  return tokens;
}

/** Whether brackets are open: there a colon stands before a size. */
function isInside(tokens: readonly Token[]): boolean {
  let open = 0;
  for (const { text } of tokens) open += text === "[" ? 1 : text === "]" ? -1 : 0;
  return open > 0;
}

function firstToken(
  rest: string,
  inBrackets: boolean,
): { readonly token: Token; readonly length: number } | null {
  const mac = inBrackets ? null : MAC.exec(rest);
  if (mac !== null) return { token: token("mac", mac[0]), length: mac[0].length };
  const six = inBrackets ? null : IPV6_ADDRESS.exec(rest);
  if (six !== null) return { token: token("ipv6", six[0]), length: six[0].length };
  const symbol = SYMBOLS.find((candidate) => rest.startsWith(candidate));
  if (symbol !== undefined) return { token: token("symbol", symbol), length: symbol.length };
  const [word] = WORD.exec(rest) ?? [];
  return word === undefined ? null : { token: wordToken(word), length: word.length };
}

function wordToken(word: string): Token {
  if (word.startsWith("\\")) return token("word", word.slice(1), 0, true);
  const constant = CONSTANTS.get(word);
  if (constant !== undefined) return token("number", word, constant);
  if (NUMBER.test(word)) return token("number", word, Number(word));
  if (/^\d+(\.\d+){1,3}$/.test(word)) return token("address", word);
  return token("word", word);
}
