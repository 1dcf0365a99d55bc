/**
 * Checkers of a real server: TCP_CHECK, HTTP_GET, SSL_GET, MISC_CHECK, PING_CHECK, UDP_CHECK, DNS_CHECK. Read and without
 * effect: SMTP_CHECK, FILE_CHECK, BFD_CHECK, regular expressions on bodies, TLS's options, `user`.
 */
import { parseIpv4Address } from "@lvsim/core";
import { encodeUtf8 } from "../../../text/utf8.ts";
import { newChecker } from "./defaults.ts";
import {
  count,
  type Entry,
  ignoredKeywords,
  last,
  passOver,
  run,
  scriptOf,
  timer,
  word,
} from "./entries.ts";
import type { CheckerConfig, CheckerKind, RealServerDefinition, UrlCheck } from "./model.ts";
import type { ConfigReader, Keyword } from "./reader.ts";
import { readSwitch } from "./values.ts";

/** What a service, a server and a checker name alike. */
export type TimedEntries = (current: () => CheckerConfig) => Entry[];

export function checkerEntries(server: () => RealServerDefinition, timed: TimedEntries): Entry[] {
  const checker = () => last(server().checkers);
  const entry = (kind: CheckerKind, own: Entry[]): Entry => [
    kind,
    {
      run: (_words, reader) => {
        server().checkers.push(newChecker(kind, reader.place));
      },
      sub: new Map([...commonEntries(checker, timed), ...own]),
    },
  ];
  const http = httpEntries(checker);
  return [
    entry("TCP_CHECK", []),
    entry("HTTP_GET", http),
    entry("SSL_GET", http),
    entry("MISC_CHECK", miscEntries(checker)),
    entry("PING_CHECK", []),
    entry("UDP_CHECK", udpEntries(checker)),
    entry("DNS_CHECK", dnsEntries(checker)),
    ["SMTP_CHECK", { run: passOver }],
    ["FILE_CHECK", { run: passOver }],
    ["BFD_CHECK", { run: passOver }],
  ];
}

function commonEntries(checker: () => CheckerConfig, timed: TimedEntries): Entry[] {
  const address = (word: string, set: (value: CheckerConfig["connectAddress"]) => void): Entry =>
    run(word, (words, reader) => {
      const value = parseIpv4Address(reader.word(words, 1));
      if (value === undefined) reader.report(`Invalid ${word} address ${words[1]} - ignoring`);
      else set(value);
    });
  return [
    ...ignoredKeywords(" bind_if fwmark bind_port"),
    ...timed(checker),
    address("connect_ip", (value) => {
      checker().connectAddress = value;
    }),
    address("bindto", (value) => {
      checker().bindAddress = value;
    }),
    count("connect_port", 1, 65_535, (value) => {
      checker().connectPort = value;
    }),
    run("alpha", (words) => {
      checker().alpha = readSwitch(words) ?? true;
    }),
    run("log_all_failures", (words) => {
      checker().logsAllFailures = readSwitch(words) ?? true;
    }),
  ];
}

const newUrl = (): UrlCheck => ({ path: "", digest: "", statuses: [], virtualHost: "" });

function httpEntries(checker: () => CheckerConfig): Entry[] {
  const url = () => last(checker().urls);
  return [
    ...ignoredKeywords("fast_recovery enable_sni ssl tls_compliant  genhash"),
    count("nb_get_retry", 0, 0xffffffff, (value) => {
      checker().retry = value;
    }),
    word("virtualhost", (value) => {
      checker().virtualHost = value;
    }),
    run("http_protocol", (words, reader) => {
      const version = reader.word(words, 1);
      if (version.startsWith("1.0")) checker().httpVersion = "1.0";
      else if (version.startsWith("1.1")) checker().httpVersion = "1.1";
      else reader.report(`Invalid http_protocol ${version}`);
    }),
    [
      "url",
      {
        run: () => {
          checker().urls.push(newUrl());
        },
        sub: new Map<string, Keyword>([
          ...ignoredKeywords(
            "regex regex_no_match regex_options regex_stack regex_min_offset regex_max_offset tls_compliant",
          ),
          word("path", (value) => {
            url().path = value;
          }),
          run("digest", (words, reader) => readDigest(url(), words, reader)),
          run("status_code", (words, reader) => readStatuses(url(), words, reader)),
          word("virtualhost", (value) => {
            url().virtualHost = value;
          }),
        ]),
        end: (reader) => {
          if (url().path !== "") return;
          reader.report("HTTP_GET/SSL_GET checker url has no path - ignoring");
          checker().urls.pop();
        },
      },
    ],
  ];
}

function readDigest(url: UrlCheck, words: readonly string[], reader: ConfigReader): void {
  const digest = reader.word(words, 1);
  if (/^[0-9a-f]{32}$/i.test(digest)) url.digest = digest.toLowerCase();
  else
    reader.report(
      `digest '${digest}' character '${digest.replace(/[0-9a-f]/gi, "").charAt(0)}' should be a hex digit`,
    );
}

/** `200`, `200 302`, `200-204 301`. */
function readStatuses(url: UrlCheck, words: readonly string[], reader: ConfigReader): void {
  reader.word(words, 1);
  for (const typed of words.slice(1)) {
    const [from, to] = typed.split("-").map(Number);
    const last = to ?? from;
    const isRight =
      from !== undefined && last !== undefined && from >= 100 && last <= 999 && from <= last;
    if (isRight) url.statuses.push([from, last]);
    else reader.report(`Invalid HTTP_GET status code '${typed}'`);
  }
}

function miscEntries(checker: () => CheckerConfig): Entry[] {
  return [
    ...ignoredKeywords("user"),
    run("misc_path", (_words, reader) => {
      checker().script = scriptOf(reader);
    }),
    timer("misc_timeout", (value) => {
      checker().scriptTimeout = value;
    }),
    run("misc_dynamic", () => {
      checker().dynamic = true;
    }),
  ];
}

function udpEntries(checker: () => CheckerConfig): Entry[] {
  return [
    ...ignoredKeywords("reply min_reply_length max_reply_length"),
    run("payload", (words, reader) => {
      const text = words
        .slice(1)
        .join("")
        .replace(/[^0-9a-f]/gi, "");
      if (text === "") reader.report("UDP_CHECK payload is not hexadecimal");
      checker().payload = Uint8Array.from(text.match(/../g) ?? [], (octet) =>
        Number.parseInt(octet, 16),
      );
    }),
    run("require_reply", () => {
      checker().requiresReply = true;
    }),
  ];
}

const DNS_TYPES: readonly string[] = [
  "A",
  "NS",
  "CNAME",
  "SOA",
  "MX",
  "TXT",
  "AAAA",
  "RRSIG",
  "DNSKEY",
];

function dnsEntries(checker: () => CheckerConfig): Entry[] {
  return [
    run("type", (words, reader) => {
      const type = reader.word(words, 1);
      if (DNS_TYPES.includes(type)) checker().queryType = type;
      else reader.report(`DNS_CHECK type ${type} unknown`);
    }),
    run("name", (words, reader) => {
      const name = reader.word(words, 1);
      if (encodeUtf8(name).length <= 253) checker().queryName = name;
    }),
  ];
}
