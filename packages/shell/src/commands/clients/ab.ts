/**
 * ab (Apache 2.4's ApacheBench 2.3): many requests in simulated time, `-c` of them at once. -n -c -t -k -i -H -m -p -T -q -s -r -l -d -S -v
 * -A -C -e -g left out where they only write other reports. Times are the network's: a server here answers at once.
 */
import { elapsed, errnoText, type Instant, later, nanoseconds, seconds } from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";
import { runTogether } from "../../process/fibers.ts";
import { on, WaitQueue } from "../../process/wait.ts";
import { slurp } from "../base/input.ts";
import { type Job, type Run, tool } from "../base/tool.ts";
import { Connection } from "../curl/connection.ts";
import { keepsAlive } from "../curl/response.ts";
import { type HttpUrl, readUrl } from "../curl/url.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";
import { type BenchmarkFacts, report, type Sample } from "./ab-report.ts";
import { exchange, type HttpWish } from "./http-exchange.ts";

const BANNER =
  "This is ApacheBench, Version 2.3 <$Revision: 1923142 $>\nCopyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/\nLicensed to The Apache Software Foundation, http://www.apache.org/\n\n";

const REQUESTS_MAX = 1_000_000;
const CONCURRENCY_MAX = 20_000;
/** Descriptors that are left for connections. */
const SOCKETS_MAX = 1020;
/** What a request counts as, in characters. */
const WORK = 512;
/** What -t implies. */
const REQUESTS_OF_TIME = 50_000;

const OPTIONS: readonly GetoptOption<string>[] = [
  valued("n", "", "n"),
  valued("c", "", "c"),
  valued("t", "", "t"),
  valued("s", "", "s"),
  valued("b", "", "b"),
  valued("B", "", "B"),
  valued("p", "", "p"),
  valued("u", "", "u"),
  valued("T", "", "T"),
  valued("v", "", "v"),
  flag("w", "", "w"),
  flag("i", "", "i"),
  valued("C", "", "C"),
  valued("H", "", "H"),
  valued("A", "", "A"),
  flag("V", "", "V"),
  flag("k", "", "k"),
  flag("d", "", "d"),
  flag("S", "", "S"),
  flag("q", "", "q"),
  flag("l", "", "l"),
  valued("g", "", "g"),
  valued("e", "", "e"),
  flag("r", "", "r"),
  valued("m", "", "m"),
  flag("h", "", "h"),
];

const usage = (name: string): string =>
  `Usage: ${name} [options] [http[s]://]hostname[:port]/path\n`;
const USAGE_STATUS = 22;

export const ab = tool(
  "/usr/bin/ab",
  { options: OPTIONS, usageStatus: USAGE_STATUS },
  function* (job) {
    const { context, given, operands } = job;
    if (given.has("V")) {
      yield* context.out(BANNER);
      return 0;
    }
    const wrong = (why: string): unknown =>
      job.failBare(`${job.name}: ${why}\n${usage(job.name).trimEnd()}`, USAGE_STATUS);
    const [typed, extra] = operands;
    if (given.has("h")) throw job.failBare(usage(job.name).trimEnd(), USAGE_STATUS);
    if (typed === undefined || extra !== undefined) throw wrong("wrong number of arguments");
    const url = urlOf(typed);
    if (url === null) throw wrong("invalid URL");
    const whole = (letter: string, usual: number): number => {
      const text = given.value(letter);
      if (text === undefined) return usual;
      if (!/^\d+$/.test(text) || (Number(text) === 0 && letter !== "t"))
        throw wrong(
          letter === "n" ? "Invalid number of requests" : "Invalid Concurrency [Range 0..20000]",
        );
      return Number(text);
    };
    const time = whole("t", 0);
    const requests = Math.min(whole("n", time > 0 ? REQUESTS_OF_TIME : 1), REQUESTS_MAX);
    const concurrency = whole("c", 1);
    if (concurrency > requests)
      throw wrong("Cannot use concurrency level greater than total number of requests");
    if (concurrency > CONCURRENCY_MAX) throw wrong("Invalid Concurrency [Range 0..20000]");
    yield* context.out(
      `${BANNER}Benchmarking ${url.host} (be patient)${requests > 150 && !given.has("q") ? "\n" : "..."}`,
    );
    if (concurrency > SOCKETS_MAX) throw job.failBare("socket: Too many open files (24)", 24);
    const run = new Benchmark(job, url, requests, concurrency, time, yield* wishOf(job, url));
    return yield* run.all();
  },
);

/** As ab takes it: a path must be there. */
function urlOf(text: string): HttpUrl | null {
  const whole = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!/^http:\/\/[^/]+\//.test(whole)) return null;
  const reading = readUrl(whole);
  return reading.kind === "url" ? reading.url : null;
}

function* wishOf(job: Job, url: HttpUrl): Run<HttpWish> {
  const { given } = job;
  const file = given.value("p") ?? given.value("u");
  const body = file === undefined ? "" : yield* slurp(job.context, file);
  if (typeof body === "number")
    throw job.failBare(`ab: Could not open POST data file (${file}): No such file or directory`);
  const usual = given.has("i") ? "HEAD" : given.has("p") ? "POST" : given.has("u") ? "PUT" : "GET";
  return {
    method: given.value("m") ?? usual,
    target: url.target,
    version: "1.0",
    body,
    headers: [
      ...(given.has("k") ? ["Connection: Keep-Alive"] : []),
      ...(file === undefined
        ? []
        : [`Content-length: ${body.length}`, `Content-type: ${given.value("T") ?? "text/plain"}`]),
      ...given.values("C").map((cookie) => `Cookie: ${cookie}`),
      `Host: ${url.host}${url.port === 80 ? "" : `:${url.port}`}`,
      "User-Agent: ApacheBench/2.3",
      "Accept: */*",
      ...given.values("H"),
    ],
  };
}

class Benchmark {
  private readonly job: Job;
  private readonly context: CommandContext;
  private readonly url: HttpUrl;
  private readonly requests: number;
  private readonly concurrency: number;
  private readonly end: Instant | null;
  private readonly wish: HttpWish;
  private readonly samples: Sample[] = [];
  private readonly began: Instant;
  private readonly finished = new WaitQueue();
  /** Connections at work. */
  private working = 0;
  private started = 0;
  private serverName = "";
  private documentLength = -1;
  private counts = { failed: 0, length: 0, receive: 0, not2xx: 0, kept: 0, octets: 0, html: 0 };
  /** Why it stopped before its time; null while all is well. */
  private problem: string | null = null;

  constructor(
    job: Job,
    url: HttpUrl,
    requests: number,
    concurrency: number,
    time: number,
    wish: HttpWish,
  ) {
    this.job = job;
    this.context = job.context;
    this.url = url;
    this.requests = requests;
    this.concurrency = concurrency;
    this.wish = wish;
    this.began = job.context.machine.now;
    this.end = time > 0 ? later(this.began, seconds(time)) : null;
  }

  *all(): Run<number> {
    const { context, url } = this;
    const address = parseLooseAddress(url.host) ?? addressOfHost(context.machine.files, url.host);
    if (address === undefined) {
      yield* context.err(
        `apr_sockaddr_info_get() for ${url.host}: Name or service not known (670002)\n`,
      );
      return 50;
    }
    const workers = Array.from({ length: this.concurrency }, () => this.work(address));
    yield* runTogether([...workers, this.progress()], () => context.machine.now);
    if (this.problem !== null) {
      yield* context.err(`${this.problem}\n`);
      if (this.samples.length > 0)
        yield* context.err(`Total of ${this.samples.length} requests completed\n`);
      return Number(/\((\d+)\)$/.exec(this.problem)?.[1] ?? 1);
    }
    if (this.requests > 150 && !this.job.given.has("q"))
      yield* context.err(`Finished ${this.samples.length} requests\n`);
    else yield* context.out("..done\n");
    yield* context.out(
      report(this.facts(), this.samples, {
        percentiles: !this.job.given.has("d"),
        keepAlive: this.job.given.has("k"),
      }),
    );
    return 0;
  }

  /** `Completed 100 requests`: a tenth at a time, at least a hundred. */
  private *progress(): Run<void> {
    if (this.requests <= 150 || this.job.given.has("q")) return;
    const every = Math.max(100, Math.floor(this.requests / 10));
    for (let shown = every; shown <= this.requests; shown += every) {
      while (this.samples.length < shown && this.working > 0) yield on(this.finished);
      if (this.samples.length < shown) return;
      yield* this.context.err(`Completed ${shown} requests\n`);
    }
  }

  private facts(): BenchmarkFacts {
    const { counts, url } = this;
    return {
      ...counts,
      server: this.serverName,
      host: url.host,
      port: url.port,
      path: url.target,
      documentLength: Math.max(0, this.documentLength),
      concurrency: this.concurrency,
      taken: elapsed(this.began, this.context.machine.now),
    };
  }

  /** One of the connections at once. */
  private *work(address: Parameters<Connection["connect"]>[0]): Run<void> {
    const { context } = this;
    let connection: Connection | null = null;
    this.working++;
    try {
      while (
        this.problem === null &&
        this.started < this.requests &&
        (this.end === null || context.machine.now < this.end)
      ) {
        this.started++;
        const start = context.machine.now;
        if (connection === null || !connection.isIdle) {
          connection?.close();
          connection = new Connection(context, this.url.host, this.url.port, 0);
          const outcome = yield* connection.connect(
            address,
            null,
            later(start, seconds(Number(this.job.given.value("s") ?? 30))),
          );
          if (outcome.kind !== "connected") {
            this.stop(
              outcome.kind === "timeout"
                ? "apr_pollset_poll: The timeout specified has expired (70007)"
                : `apr_socket_recv: ${errnoText(outcome.errno)} (${outcome.errno})`,
            );
            break;
          }
        } else this.counts.kept++;
        const kept = yield* this.request(connection, start);
        if (!kept) {
          connection.close();
          connection = null;
        }
      }
    } finally {
      connection?.close();
      this.working--;
      this.finished.wake();
    }
  }

  private stop(problem: string): void {
    if (!this.job.given.has("r")) this.problem ??= problem;
    this.counts.failed++;
    this.counts.receive++;
    this.finished.wake();
  }

  /** Whether the connection may be used again. */
  private *request(connection: Connection, start: Instant): Run<boolean> {
    const { context } = this;
    const wait = context.machine.step(context.process, nanoseconds(0), WORK);
    if (wait !== null) yield wait;
    const connected = context.machine.now;
    const limit = later(connected, seconds(Number(this.job.given.value("s") ?? 30)));
    const answer = yield* exchange(connection, this.wish, limit, () => context.machine.now);
    if ("failed" in answer) {
      const errno = answer.failed === "errno" ? answer.errno : 0;
      if (answer.failed === "timeout")
        this.stop("apr_pollset_poll: The timeout specified has expired (70007)");
      else if (errno > 0) this.stop(`apr_socket_recv: ${errnoText(errno)} (${errno})`);
      else this.counts.failed++;
      return false;
    }
    const { body, firstAt, head, octets } = answer;
    const { counts } = this;
    counts.octets += octets;
    counts.html += body.length;
    if (this.documentLength < 0) {
      this.documentLength = body.length;
      this.serverName = head.headers.get("server") ?? "";
    } else if (body.length !== this.documentLength && !this.job.given.has("l")) {
      counts.failed++;
      counts.length++;
    }
    if (head.status < 200 || head.status >= 300) counts.not2xx++;
    const now = context.machine.now;
    this.samples.push({
      connect: elapsed(start, connected),
      wait: elapsed(connected, firstAt),
      total: elapsed(start, now),
    });
    this.finished.wake();
    return this.job.given.has("k") && keepsAlive(head);
  }
}
