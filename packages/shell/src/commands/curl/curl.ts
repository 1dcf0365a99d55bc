/** `curl`, http only: every URL in turn, each again while `--retry` says so. Left out: TLS, proxies, other protocols. */
import { later, milliseconds } from "@lvsim/core";
import type { Command, CommandContext } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { until, type Wait } from "../../process/wait.ts";
import { CURL_7_29, CURL_7_88, type CurlDialect, type CurlProblem } from "./dialect.ts";
import { type CurlOptions, readCurlOptions } from "./options.ts";
import { Output } from "./output.ts";
import { postData } from "./post-data.ts";
import { METER_HEAD, METER_START, meterLine } from "./progress.ts";
import { Session } from "./session.ts";
import { transfer } from "./transfer.ts";
import { WRITE_FAILED } from "./transfer-state.ts";
import { expandUrl } from "./url.ts";
import { newInfo, type TransferInfo, writeOut } from "./write-out.ts";

const HELP =
  "Usage: curl [options...] <url>\n" +
  " -d, --data <data>          HTTP POST data\n" +
  " -f, --fail                 Fail fast with no output on HTTP errors\n" +
  " -h, --help <category>      Get help for commands\n" +
  " -i, --include              Include protocol response headers in the output\n" +
  " -o, --output <file>        Write to file instead of stdout\n" +
  " -O, --remote-name          Write output to a file named as the remote file\n" +
  " -s, --silent               Silent mode\n" +
  " -u, --user <user:password> Server user and password\n" +
  " -A, --user-agent <name>    Send User-Agent <name> to server\n" +
  " -v, --verbose              Make the operation more talkative\n" +
  " -V, --version              Show version number and quit\n";

function* run(context: CommandContext, dialect: CurlDialect): Generator<Wait, number, void> {
  let options: CurlOptions;
  try {
    options = readCurlOptions(context.argv);
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(thrown.stderr);
    return thrown.status;
  }
  if (options.ask !== null) {
    yield* context.out(options.ask === "help" ? HELP : dialect.versionText);
    return 0;
  }
  const session = new Session(context, context.namespace, options, dialect);
  session.data = yield* postData(context, options);
  try {
    return yield* getAll(session);
  } finally {
    session.kept?.close();
  }
}

/** The status is that of the last URL. */
function* getAll(session: Session): Generator<Wait, number, void> {
  const { options } = session;
  let status = 0;
  for (let i = 0; i < options.urls.length; i++) {
    const typed = options.urls[i] as string;
    const texts = expandUrl(typed);
    if (texts === undefined) {
      yield* session.context.err("curl: (3) range overflow\n");
      return 3;
    }
    for (const text of texts) status = yield* getOne(session, text, options.outputs[i] ?? null);
  }
  return status;
}

function* getOne(
  session: Session,
  text: string,
  outputName: string | null,
): Generator<Wait, number, void> {
  const { context, options } = session;
  const name = outputName === "" ? remoteName(text) : outputName;
  const output = new Output(context, name === "-" ? null : name);
  const meter = hasMeter(session, output);
  if (meter) yield* context.err(METER_HEAD);
  let left = options.retries;
  let delay = options.retryDelay === 0 ? 1 : options.retryDelay;
  try {
    for (;;) {
      const info = newInfo(text);
      info.fileName = output.path ?? "";
      if (meter) yield* context.err(METER_START);
      let problem = yield* transfer(session, text, output, info);
      if (problem === null && !output.finish()) problem = WRITE_FAILED;
      yield* report(session, info, problem, meter);
      const reason = left > 0 ? retryReason(options, problem, info) : null;
      if (reason === null) {
        yield* tell(session, info);
        return problem?.code ?? 0;
      }
      yield* announceRetry(session, reason, delay, left);
      left--;
      yield until(later(session.network.engine.now, milliseconds(delay * 1000)));
      if (options.retryDelay === 0) delay *= 2;
    }
  } finally {
    output.close();
  }
}

/** `-O`: what follows the last slash of the path. */
const remoteName = (text: string): string => (text.split(/[?#]/)[0] ?? "").split("/").pop() ?? "";

function hasMeter({ context, options }: Session, output: Output): boolean {
  if (options.silent) return false;
  return output.path !== null || context.stdout?.isTerminal !== true;
}

function* report(
  { context, options }: Session,
  info: TransferInfo,
  problem: CurlProblem | null,
  meter: boolean,
): Generator<Wait, void, void> {
  if (meter)
    yield* context.err(
      `${meterLine(info.downloaded, info.expected, Math.floor(info.total / 1e6))}\n`,
    );
  if (problem !== null && (!options.silent || options.showError))
    yield* context.err(`curl: (${problem.code}) ${problem.text}\n`);
}

function* tell({ context, options }: Session, info: TransferInfo): Generator<Wait, void, void> {
  if (options.writeOut === null) return;
  const { stderr, stdout } = writeOut(options.writeOut, info);
  if (stderr !== "") yield* context.err(stderr);
  yield* context.out(stdout);
}

const RETRIED_STATUSES = [408, 429, 500, 502, 503, 504];

function retryReason(
  { retryRefused }: CurlOptions,
  problem: CurlProblem | null,
  { status }: TransferInfo,
): string | null {
  const code = problem?.code ?? 0;
  if (code === 28 || code === 6) return "timeout";
  if (code === 7) return retryRefused ? "connection refused" : null;
  return RETRIED_STATUSES.includes(status) ? "HTTP error" : null;
}

/** Long warnings are broken before column 79. */
function* announceRetry(
  { context, options }: Session,
  reason: string,
  delay: number,
  left: number,
): Generator<Wait, void, void> {
  if (options.silent) return;
  let rest = `Problem : ${reason}. Will retry in ${delay} seconds. ${left} retries left.`;
  const width = 79 - "Warning: ".length;
  let text = "";
  while (rest.length > width) {
    const cut = rest.lastIndexOf(" ", width - 1) + 1;
    text += `Warning: ${rest.slice(0, cut)}\n`;
    rest = rest.slice(cut);
  }
  yield* context.err(`${text}Warning: ${rest}\n`);
}

const curl = (dialect: CurlDialect): Command => ({
  path: "/usr/bin/curl",
  aliases: ["/bin/curl"],
  run: (context) => run(context, dialect),
});

/** Of Debian 12. */
export const CURL_COMMANDS: readonly Command[] = [curl(CURL_7_88)];
/** Of CentOS 7. */
export const CURL_7_29_COMMANDS: readonly Command[] = [curl(CURL_7_29)];
