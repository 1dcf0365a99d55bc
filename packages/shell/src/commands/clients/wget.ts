/**
 * wget (GNU 1.21.3): one file by one after another into files, with retries. -q -nv -v -O -S -T -t -c -P -U --spider --header
 * --post-data --max-redirect --no-check-certificate -w and the like; recursion, FTP, TLS and cookies are left out.
 */
import { Errno, errnoText, formatIpv4Address, later, milliseconds, seconds } from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { until } from "../../process/wait.ts";
import { decodeUtf8 } from "../../text/utf8.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { type Job, type Run, tool } from "../base/tool.ts";
import { Connection } from "../curl/connection.ts";
import type { ResponseHead } from "../curl/response.ts";
import { type HttpUrl, hostText, locationText, readUrl } from "../curl/url.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";
import { type Answer, exchange } from "./http-exchange.ts";

/** Exit statuses of wget(1). */
const FILE_ERROR = 3;
const NETWORK_FAILURE = 4;
const SERVER_ERROR = 8;

const TRIES = 20;
const REDIRECTS = 20;
const READ_TIMEOUT = 900;

const OPTIONS: readonly GetoptOption<string>[] = [
  flag("q", "quiet", "q"),
  flag("v", "verbose", "v"),
  { short: "n", long: "", value: "required", tag: "n" },
  flag("", "no-verbose", "nv"),
  flag("", "no-clobber", "nc"),
  flag("", "no-host-directories", "ignored"),
  valued("O", "output-document", "O"),
  flag("S", "server-response", "S"),
  flag("", "spider", "spider"),
  valued("T", "timeout", "T"),
  valued("", "connect-timeout", "T"),
  valued("", "read-timeout", "T"),
  valued("", "dns-timeout", "ignored"),
  valued("t", "tries", "t"),
  flag("c", "continue", "c"),
  valued("P", "directory-prefix", "P"),
  valued("U", "user-agent", "U"),
  valued("", "header", "header"),
  valued("", "post-data", "post"),
  valued("", "method", "method"),
  valued("", "body-data", "post"),
  valued("", "max-redirect", "redirects"),
  valued("w", "wait", "w"),
  valued("", "waitretry", "waitretry"),
  valued("o", "output-file", "o"),
  valued("i", "input-file", "i"),
  valued("", "bind-address", "bind"),
  valued("", "progress", "ignored"),
  flag("", "no-check-certificate", "ignored"),
  flag("", "no-proxy", "ignored"),
  flag("", "no-cache", "ignored"),
  flag("", "no-http-keep-alive", "ignored"),
  flag("", "retry-connrefused", "retry"),
  flag("", "content-on-error", "content"),
  flag("", "show-progress", "ignored"),
  flag("4", "inet4-only", "ignored"),
  flag("r", "recursive", "r"),
  flag("N", "timestamping", "ignored"),
  flag("b", "background", "b"),
];

const USAGE = "Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n";

export const wget = tool(
  "/usr/bin/wget",
  { options: OPTIONS, usageStatus: 2, version: "GNU Wget 1.21.3", badUsage: USAGE },
  function* (job) {
    if (job.operands.length === 0) throw job.failBare(`wget: missing URL\n${USAGE.trimEnd()}`);
    const session = new Session(job);
    for (const text of job.operands) {
      const status = yield* session.get(text);
      if (job.status === 0) job.status = status;
    }
    return undefined;
  },
);

class Session {
  private readonly job: Job;
  private readonly context: CommandContext;
  private readonly quiet: boolean;
  private readonly brief: boolean;
  private readonly spider: boolean;

  constructor(job: Job) {
    const { given } = job;
    this.job = job;
    this.context = job.context;
    this.brief = given.has("nv") || given.values("n").includes("v");
    this.quiet = given.has("q");
    this.spider = given.has("spider");
  }

  /** What is only said in full words. */
  private *say(text: string): Run<void> {
    if (!this.quiet && !this.brief) yield* this.log(text);
  }

  private *log(text: string): Run<void> {
    const file = this.job.given.value("o");
    if (file === undefined) yield* this.context.err(text);
    else
      this.context.machine.files.writeText(
        file.startsWith("/") ? file : `${this.context.cwd}/${file}`,
        (this.context.machine.files.readText(file) ?? "") + text,
      );
  }

  private get clock(): string {
    return strftime("%Y-%m-%d %H:%M:%S", momentOf(this.context.machine.now));
  }

  *get(typed: string): Run<number> {
    const { given } = this.job;
    if (this.spider) yield* this.say("Spider mode enabled. Check if remote file exists.\n");
    let text = /^[a-z]+:\/\//i.test(typed) ? typed : `http://${typed}`;
    for (let left = Number(given.value("redirects") ?? REDIRECTS); ; left--) {
      const reading = readUrl(text);
      if (reading.kind !== "url") {
        const why =
          reading.kind === "unsupported"
            ? `Unsupported scheme ‘${reading.scheme}’`
            : "Invalid host name";
        yield* this.log(`${text}: ${why}.\n`);
        return 1;
      }
      const answer = yield* this.tries(reading.url);
      if (typeof answer === "number") return answer;
      const next = redirectOf(answer.head, reading.url);
      if (next === null) return yield* this.finish(reading.url, text, answer);
      yield* this.say(`Location: ${next} [following]\n`);
      if (left <= 0) {
        yield* this.say(`${given.value("redirects") ?? REDIRECTS} redirections exceeded.\n`);
        return SERVER_ERROR;
      }
      text = next;
    }
  }

  /** The answer, or the status to end with. */
  private *tries(url: HttpUrl): Run<Answer | number> {
    const { given } = this.job;
    const most = Number(given.value("t") ?? TRIES) || Number.POSITIVE_INFINITY;
    for (let attempt = 1; ; attempt++) {
      const mark = attempt === 1 ? "" : `(try:${String(attempt).padStart(2)})`;
      yield* this.say(
        `--${this.clock}--  ${mark}${mark === "" ? "" : "  "}http://${hostText(url.host, url.port)}${url.target}\n`,
      );
      const outcome = yield* this.once(url);
      if (typeof outcome !== "string") return outcome;
      if (attempt >= most) {
        yield* this.say("Giving up.\n\n");
        return NETWORK_FAILURE;
      }
      yield* this.say("Retrying.\n\n");
      yield until(
        later(
          this.context.machine.now,
          seconds(Math.min(attempt, Number(given.value("waitretry") ?? 10))),
        ),
      );
    }
  }

  /** The answer, a status for what is not tried again, or "again". */
  private *once(url: HttpUrl): Run<Answer | number | "again"> {
    const { context, job } = this;
    const { engine } = context.namespace;
    const literal = parseLooseAddress(url.host);
    if (literal === undefined) yield* this.say(`Resolving ${url.host} (${url.host})... `);
    const address = literal ?? addressOfHost(context.machine.files, url.host);
    if (address === undefined) {
      yield* this.say("failed: Name or service not known.\n");
      if (!this.quiet)
        yield* this.log(`wget: unable to resolve host address ${job.quote.word(url.host)}\n`);
      return NETWORK_FAILURE;
    }
    const shown = formatIpv4Address(address);
    if (literal === undefined) yield* this.say(`${shown}\n`);
    yield* this.say(
      `Connecting to ${literal === undefined ? `${url.host} (${url.host})|${shown}|` : url.host}:${url.port}... `,
    );
    const limit = Number(job.given.value("T") ?? READ_TIMEOUT);
    const patience = () => (limit > 0 ? later(engine.now, milliseconds(limit * 1000)) : null);
    const connection = new Connection(context, url.host, url.port, 0);
    try {
      const outcome = yield* connection.connect(address, null, patience());
      if (outcome.kind !== "connected") return yield* this.refused(outcome);
      yield* this.say("connected.\nHTTP request sent, awaiting response... ");
      const answer = yield* exchange(connection, this.wish(url), patience(), () => engine.now);
      if ("failed" in answer) {
        const why =
          answer.failed === "errno"
            ? `Read error (${errnoText(answer.errno)}) in headers.`
            : answer.failed === "timeout"
              ? "Read error (Connection timed out) in headers."
              : "No data received.";
        yield* this.say(`${why}\n`);
        return "again";
      }
      return answer;
    } finally {
      connection.close();
    }
  }

  private *refused(outcome: {
    readonly kind: string;
    readonly errno?: number;
  }): Run<number | "again"> {
    const errno =
      outcome.kind === "timeout" ? Errno.ETIMEDOUT : (outcome.errno ?? Errno.ECONNREFUSED);
    yield* this.say(`failed: ${errnoText(errno)}.\n`);
    const final = errno === Errno.ECONNREFUSED && !this.job.given.has("retry");
    if (final || errno === Errno.ENETUNREACH) return NETWORK_FAILURE;
    return "again";
  }

  private wish(url: HttpUrl): Parameters<typeof exchange>[1] {
    const { given } = this.job;
    const body = given.value("post") ?? "";
    const agent = given.value("U") ?? "Wget/1.21.3";
    return {
      method: given.value("method") ?? (given.has("post") ? "POST" : this.spider ? "HEAD" : "GET"),
      target: url.target,
      version: "1.1",
      body,
      headers: [
        `Host: ${hostText(url.host, url.port)}`,
        `User-Agent: ${agent}`,
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: Keep-Alive",
        ...given.values("header"),
        ...(given.has("post")
          ? ["Content-Type: application/x-www-form-urlencoded", `Content-Length: ${body.length}`]
          : []),
      ],
    };
  }

  private *finish(url: HttpUrl, text: string, answer: Answer): Run<number> {
    const { head } = answer;
    const [, , phrase = ""] = /^(\S+ \d+) ?(.*?)\r?\n/.exec(head.lines[0] ?? "") ?? [];
    if (this.job.given.has("S"))
      yield* this.say(
        `\n${head.lines
          .map((line) => line.trim())
          .filter((line) => line !== "")
          .map((line) => `  ${line}\n`)
          .join("")}`,
      );
    else yield* this.say(`${head.status} ${phrase}\n`);
    if (head.status >= 400 && this.spider) {
      yield* this.say("Remote file does not exist -- broken link!!!\n\n");
      return SERVER_ERROR;
    }
    if (head.status >= 400) {
      if (!this.quiet)
        yield* this.log(
          this.brief
            ? `http://${hostText(url.host, url.port)}${url.target}:\n${this.clock} ERROR ${head.status}: ${phrase}.\n`
            : `${this.clock} ERROR ${head.status}: ${phrase}.\n\n`,
        );
      return SERVER_ERROR;
    }
    const length = head.headers.get("content-length");
    const type = (head.headers.get("content-type") ?? "").split(";")[0];
    yield* this.say(
      `Length: ${length === undefined ? "unspecified" : `${length}${sizeText(Number(length))}`}${type === "" ? "" : ` [${type}]`}\n`,
    );
    if (this.spider) {
      yield* this.say(
        /html/.test(type ?? "")
          ? "Remote file exists and could contain further links,\nbut recursion is disabled -- not retrieving.\n\n"
          : "Remote file exists.\n\n",
      );
      return 0;
    }
    return yield* this.save(url, text, answer, length !== undefined);
  }

  private *save(
    url: HttpUrl,
    text: string,
    { body, complete }: Answer,
    known: boolean,
  ): Run<number> {
    const { context, job } = this;
    const asked = job.given.value("O");
    const toOutput = asked === "-";
    const path = asked ?? this.freeName(url);
    const quoted = job.quote.word(toOutput ? "STDOUT" : path);
    yield* this.say(`Saving to: ${quoted}\n`);
    if (toOutput) yield* context.out(decodeUtf8(body));
    else {
      const file = context.machine.files.open(context.process, path, {
        read: false,
        write: true,
        create: true,
        truncate: true,
      });
      if (typeof file === "number") {
        yield* this.log(
          `${path}: ${fileErrorText(file)}\n\nCannot write to ${quoted} (${fileErrorText(file)}).\n`,
        );
        return FILE_ERROR;
      }
      file.write(decodeUtf8(body));
      file.release();
    }
    yield* this.say(`\n${dots(body.length)}\n\n`);
    const size = known ? `[${body.length}/${body.length}]` : `[${body.length}]`;
    const done = toOutput ? "written to stdout" : `${quoted} saved`;
    yield* this.say(`${this.clock} (${rate(body.length)}) - ${done} ${size}\n\n`);
    if (this.brief && !this.quiet)
      yield* this.log(
        `${this.clock} URL:${text.endsWith(url.target) ? text : `${text}/`} ${size} -> "${toOutput ? "-" : path}" [1]\n`,
      );
    return complete ? 0 : NETWORK_FAILURE;
  }

  /** The last part of the path, with a number behind it when there is such a file. */
  private freeName(url: HttpUrl): string {
    const { files } = this.context.machine;
    const name = (url.target.split("/").pop() ?? "").replace(/^\?/, "index.html?") || "index.html";
    const folder = this.job.given.value("P");
    const path = folder === undefined ? name : `${folder}/${name}`;
    const taken = (candidate: string): boolean =>
      typeof files.resolve(candidate, this.context.cwd) !== "number";
    if (!taken(path)) return path;
    for (let i = 1; ; i++) if (!taken(`${path}.${i}`)) return `${path}.${i}`;
  }
}

const redirectOf = ({ headers, status }: ResponseHead, url: HttpUrl): string | null => {
  const location = headers.get("location");
  return location !== undefined && [301, 302, 303, 307, 308].includes(status)
    ? locationText(location, url)
    : null;
};

/** From 1 KiB on the length is also told in larger units. */
const sizeText = (octets: number): string =>
  octets < 1024
    ? ""
    : octets < 1 << 20
      ? ` (${(octets / 1024).toFixed(1)}K)`
      : ` (${(octets / (1 << 20)).toFixed(1)}M)`;

const LINE = 51_200;
const SPEED = "1.37M";

/** A dot for each KiB, fifty a line; the speed is one that a lab's wire never has, since nobody measures it. */
function dots(octets: number): string {
  const lines: string[] = [];
  for (let at = 0; at === 0 || at < octets; at += LINE) {
    const part = Math.min(LINE, octets - at);
    let row = "";
    for (let i = 0; i < Math.floor(part / 1024); i++) row += i > 0 && i % 10 === 0 ? " ." : ".";
    const percent = octets === 0 ? 100 : Math.floor(((at + part) * 100) / octets);
    const last = at + LINE >= octets;
    lines.push(
      `${String(at / 1024).padStart(6)}K ${row.padEnd(53)} ${String(percent).padStart(3)}% ${SPEED}${last ? "=0s" : " 0s"}`,
    );
  }
  return lines.join("\n");
}

const rate = (octets: number): string => (octets === 0 ? "0.00 B/s" : "1.37 MB/s");
