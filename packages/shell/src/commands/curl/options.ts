/** The command line of `curl`: options anywhere, short ones bundled, long ones by a unique prefix (`getparameter`). */
import { CommandFailure } from "../../options/failure.ts";

/** One `-d`: text, or the name of a file that is read by lines or as it is. */
export interface DataPart {
  readonly from: "text" | "lines" | "binary";
  readonly text: string;
}

export interface CurlOptions {
  silent: boolean;
  showError: boolean;
  verbose: boolean;
  /** `-i`: headers go to the output too. */
  include: boolean;
  /** `-I`. */
  head: boolean;
  location: boolean;
  maxRedirects: number;
  fail: boolean;
  failWithBody: boolean;
  /** `-G`: data goes into the URL. */
  get: boolean;
  /** Method as given; null for the usual one. */
  method: string | null;
  userAgent: string | null;
  referer: string | null;
  cookie: string | null;
  /** `name:password`. */
  user: string | null;
  headers: string[];
  data: DataPart[];
  http10: boolean;
  /** Milliseconds; 0 for none. */
  maxTime: number;
  connectTimeout: number;
  /** Name or address; null for none. */
  interface: string | null;
  localPort: number;
  retries: number;
  /** Seconds; 0 doubles from 1. */
  retryDelay: number;
  retryRefused: boolean;
  writeOut: string | null;
  dumpHeader: string | null;
  /** `--resolve HOST:PORT:ADDRESS`. */
  resolves: string[];
  urls: string[];
  /** Where each URL goes, in order; "" is `-O`. */
  outputs: string[];
  ask: "help" | "version" | null;
}

const SEE_HELP = "curl: try 'curl --help' or 'curl --manual' for more information\n";

type Setter = (options: CurlOptions, value: string, typed: string) => void;

interface CurlOption {
  readonly letter: string;
  readonly long: string;
  readonly hasValue: boolean;
  readonly set: Setter;
}

const on = (letter: string, long: string, set: (options: CurlOptions) => void): CurlOption => ({
  letter,
  long,
  hasValue: false,
  set,
});
const value = (letter: string, long: string, set: Setter): CurlOption => ({
  letter,
  long,
  hasValue: true,
  set,
});
const nothing = (): void => {};

const addData =
  (file: "lines" | "binary"): Setter =>
  (options, text) => {
    const isFile = text.startsWith("@");
    options.data.push({ from: isFile ? file : "text", text: isFile ? text.slice(1) : text });
  };

const OPTIONS: readonly CurlOption[] = [
  on("0", "http1.0", (o) => {
    o.http10 = true;
  }),
  on("", "http1.1", nothing),
  on("4", "ipv4", nothing),
  on("6", "ipv6", nothing),
  on("#", "progress-bar", nothing),
  on("N", "no-buffer", nothing),
  on("k", "insecure", nothing),
  on("g", "globoff", nothing),
  on("s", "silent", (o) => {
    o.silent = true;
  }),
  on("S", "show-error", (o) => {
    o.showError = true;
  }),
  on("v", "verbose", (o) => {
    o.verbose = true;
  }),
  on("i", "include", (o) => {
    o.include = true;
  }),
  on("I", "head", (o) => {
    o.head = true;
  }),
  on("L", "location", (o) => {
    o.location = true;
  }),
  on("f", "fail", (o) => {
    o.fail = true;
  }),
  on("", "fail-with-body", (o) => {
    o.failWithBody = true;
  }),
  on("G", "get", (o) => {
    o.get = true;
  }),
  on("O", "remote-name", (o) => {
    o.outputs.push("");
  }),
  on("", "retry-connrefused", (o) => {
    o.retryRefused = true;
  }),
  on("h", "help", (o) => {
    o.ask = "help";
  }),
  on("V", "version", (o) => {
    o.ask = "version";
  }),
  value("o", "output", (o, text) => o.outputs.push(text)),
  value("w", "write-out", (o, text) => {
    o.writeOut = text;
  }),
  value("D", "dump-header", (o, text) => {
    o.dumpHeader = text;
  }),
  value("m", "max-time", (o, text, typed) => {
    o.maxTime = readMilliseconds(text, typed);
  }),
  value("", "connect-timeout", (o, text, typed) => {
    o.connectTimeout = readMilliseconds(text, typed);
  }),
  value("", "retry", (o, text, typed) => {
    o.retries = readNumber(text, typed);
  }),
  value("", "retry-delay", (o, text, typed) => {
    o.retryDelay = readNumber(text, typed);
  }),
  value("", "retry-max-time", nothing),
  value("", "max-redirs", (o, text, typed) => {
    o.maxRedirects = readNumber(text, typed);
  }),
  value("H", "header", (o, text) => o.headers.push(text)),
  value("A", "user-agent", (o, text) => {
    o.userAgent = text;
  }),
  value("e", "referer", (o, text) => {
    o.referer = text;
  }),
  value("b", "cookie", (o, text) => {
    o.cookie = text;
  }),
  value("u", "user", (o, text) => {
    o.user = text;
  }),
  value("X", "request", (o, text) => {
    o.method = text;
  }),
  value("d", "data", addData("lines")),
  value("", "data-raw", (o, text) => o.data.push({ from: "text", text })),
  value("", "data-binary", addData("binary")),
  value("", "data-ascii", addData("lines")),
  value("", "local-port", (o, text, typed) => {
    o.localPort = readNumber(text.split("-")[0] ?? "", typed);
  }),
  value("", "interface", (o, text) => {
    o.interface = text;
  }),
  value("", "noproxy", nothing),
  value("", "resolve", (o, text) => o.resolves.push(text)),
  value("", "url", (o, text) => o.urls.push(text)),
];

/** Options of curl that lvsim has nothing for; those in the first list take a value. */
const LEFT_OUT_WITH_VALUE = (
  "x:proxy T:upload-file F:form c:cookie-jar C:continue-at E:cert K:config r:range t:telnet-option U:proxy-user " +
  "y:speed-time Y:speed-limit z:time-cond Q:quote P:ftp-port :limit-rate :cacert :capath :key :unix-socket " +
  ":connect-to :dns-servers :keepalive-time :stderr :trace :trace-ascii :form-string :json :ciphers"
).split(" ");
const LEFT_OUT =
  "Z:parallel J:remote-header-name R:remote-time a:append :compressed :http2 l:list-only".split(
    " ",
  );

const leftOut = (hasValue: boolean): ((entry: string) => CurlOption) => {
  return (entry) => {
    const [letter = "", long = ""] = entry.split(":");
    const set = (_: CurlOptions, __: string, typed: string): void => {
      throw new CommandFailure(2, `curl: option ${typed} is left out of lvsim\n`);
    };
    return { letter, long, hasValue, set };
  };
};

const ALL: readonly CurlOption[] = [
  ...OPTIONS,
  ...LEFT_OUT_WITH_VALUE.map(leftOut(true)),
  ...LEFT_OUT.map(leftOut(false)),
];

const failure = (complaint: string): CommandFailure =>
  new CommandFailure(2, `${complaint === "" ? "" : `curl: ${complaint}\n`}${SEE_HELP}`);

function readNumber(text: string, typed: string): number {
  if (!/^\d+$/.test(text)) throw failure(`option ${typed}: expected a proper numerical parameter`);
  return Number(text);
}

/** Decimal seconds. */
function readMilliseconds(text: string, typed: string): number {
  if (!/^\d+(\.\d*)?$/.test(text))
    throw failure(`option ${typed}: expected a proper numerical parameter`);
  return Math.round(Number(text) * 1000);
}

const noOptions = (): CurlOptions => ({
  silent: false,
  showError: false,
  verbose: false,
  include: false,
  head: false,
  location: false,
  maxRedirects: 50,
  fail: false,
  failWithBody: false,
  get: false,
  method: null,
  userAgent: null,
  referer: null,
  cookie: null,
  user: null,
  headers: [],
  data: [],
  http10: false,
  maxTime: 0,
  connectTimeout: 0,
  interface: null,
  localPort: 0,
  retries: 0,
  retryDelay: 0,
  retryRefused: false,
  writeOut: null,
  dumpHeader: null,
  resolves: [],
  urls: [],
  outputs: [],
  ask: null,
});

export function readCurlOptions(argv: readonly string[]): CurlOptions {
  const options = noOptions();
  const words = argv.slice(1);
  let optionsEnded = false;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (optionsEnded || !word.startsWith("-") || word === "-") options.urls.push(word);
    else if (word === "--") optionsEnded = true;
    else if (word.startsWith("--")) takeLong(options, word, words);
    else takeShort(options, word, words);
    if (options.ask !== null) return options;
  }
  if (options.urls.length === 0) throw failure("");
  return options;
}

function takeLong(options: CurlOptions, word: string, words: string[]): void {
  const name = word.slice(2);
  const exact = ALL.find(({ long }) => long === name);
  const candidates = ALL.filter(({ long }) => long.startsWith(name));
  const option = exact ?? candidates[0];
  if (option === undefined) throw failure(`option ${word}: is unknown`);
  if (exact === undefined && candidates.length > 1) throw failure(`option ${word}: is ambiguous`);
  const text = option.hasValue ? words.shift() : "";
  if (text === undefined) throw failure(`option ${word}: requires parameter`);
  option.set(options, text, word);
}

function takeShort(options: CurlOptions, word: string, words: string[]): void {
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const option = ALL.find((candidate) => candidate.letter === letter);
    if (option === undefined) throw failure(`option ${word}: is unknown`);
    if (!option.hasValue) {
      option.set(options, "", `-${letter}`);
      continue;
    }
    const glued = word.slice(at + 1);
    const text = glued === "" ? words.shift() : glued;
    if (text === undefined) throw failure(`option -${letter}: requires parameter`);
    option.set(options, text, `-${letter}`);
    return;
  }
}
