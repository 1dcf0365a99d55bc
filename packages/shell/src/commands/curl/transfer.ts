/** One URL: request, response, redirects. Gives 0 or the problem that ended it. */
import { elapsed } from "@lvsim/core";
import type { Wait } from "../../process/wait.ts";
import { encodeUtf8 } from "../../text/utf8.ts";
import { receiveBody } from "./body.ts";
import type { Connection } from "./connection.ts";
import type { CurlProblem } from "./dialect.ts";
import { deadlinesOf, openConnection } from "./open-connection.ts";
import type { Output } from "./output.ts";
import { makeRequest, type Request } from "./request.ts";
import { Incoming, keepsAlive, type ResponseHead } from "./response.ts";
import type { Session } from "./session.ts";
import {
  RECEIVE_ERROR,
  receiveFailed,
  type Transfer,
  timedOut,
  WRITE_FAILED,
} from "./transfer-state.ts";
import { type HttpUrl, locationText, readUrl, urlText } from "./url.ts";
import type { TransferInfo } from "./write-out.ts";

/** Exit statuses of curl. */
const UNSUPPORTED_PROTOCOL = 1;
const HTTP_ERROR = 22;
const TOO_MANY_REDIRECTS = 47;
const EMPTY_REPLY = 52;
const SEND_ERROR = 55;

/** After these a POST goes on as a GET. */
const REDIRECTS_TO_GET = [301, 302, 303];
const REDIRECTS = [301, 302, 303, 307, 308];

export function* transfer(
  session: Session,
  text: string,
  output: Output,
  info: TransferInfo,
): Generator<Wait, CurlProblem | null, void> {
  const whole: Transfer = { session, output, info, deadlines: deadlinesOf(session) };
  const { network } = session;
  let problem: CurlProblem | null = null;
  try {
    problem = yield* follow(whole, text);
  } finally {
    info.total = elapsed(whole.deadlines.startedAt, network.engine.now);
  }
  info.exitCode = problem?.code ?? 0;
  info.error = problem?.text ?? "";
  return problem;
}

function* follow(whole: Transfer, first: string): Generator<Wait, CurlProblem | null, void> {
  const { info, session } = whole;
  const { options } = session;
  let text = first;
  let bodyAllowed = true;
  for (;;) {
    const reading = readUrl(text);
    if (reading.kind === "malformed") return session.dialect.malformed;
    if (reading.kind === "unsupported")
      return {
        code: UNSUPPORTED_PROTOCOL,
        text: `Protocol "${reading.scheme}" not supported or disabled in libcurl`,
      };
    const { url } = reading;
    info.urlEffective = urlText(url);
    const answer = yield* exchange(whole, url, bodyAllowed);
    if ("code" in answer) return answer;
    const next = redirectOf(answer, url);
    info.redirectUrl = options.location ? "" : (next ?? "");
    if (!options.location || next === null) return judge(session, answer);
    if (info.redirects >= options.maxRedirects)
      return {
        code: TOO_MANY_REDIRECTS,
        text: `Maximum (${options.maxRedirects}) redirects followed`,
      };
    info.redirects++;
    info.redirect = elapsed(whole.deadlines.startedAt, session.network.engine.now);
    yield* session.say(`Issue another request to this URL: '${next}'`);
    if (REDIRECTS_TO_GET.includes(answer.status)) bodyAllowed = false;
    text = next;
  }
}

function redirectOf({ headers, status }: ResponseHead, url: HttpUrl): string | null {
  const location = headers.get("location");
  return location === undefined || !REDIRECTS.includes(status) ? null : locationText(location, url);
}

function judge({ options }: Session, { status }: ResponseHead): CurlProblem | null {
  if (status < 400 || !(options.fail || options.failWithBody)) return null;
  return { code: HTTP_ERROR, text: `The requested URL returned error: ${status}` };
}

function* exchange(
  whole: Transfer,
  url: HttpUrl,
  bodyAllowed: boolean,
): Generator<Wait, ResponseHead | CurlProblem, void> {
  const { deadlines, info, session } = whole;
  const opened = yield* openConnection(session, url, deadlines, info);
  if ("code" in opened) return opened;
  info.local = opened.local;
  info.remote = opened.remote;
  let head: ResponseHead | CurlProblem | null = null;
  let keeps = false;
  try {
    const request = makeRequest(url, session, bodyAllowed);
    info.method = request.method;
    head = yield* send(whole, opened, request);
    head ??= yield* receive(whole, opened, request);
    keeps = !("code" in head) && keepsAlive(head) && !session.options.http10;
    return head;
  } finally {
    if (head === null) opened.close();
    else if (keeps) {
      session.kept = opened;
      yield* session.say(`Connection #${opened.number} to host ${url.host} left intact`);
    } else {
      if ("code" in head) yield* session.say(head.text);
      yield* session.drop(opened);
    }
  }
}

function* send(
  { deadlines, info, session }: Transfer,
  connection: Connection,
  { body, head }: Request,
): Generator<Wait, CurlProblem | null, void> {
  const octets = encodeUtf8(head + body);
  info.preTransfer = elapsed(deadlines.startedAt, session.network.engine.now);
  const errno = yield* connection.send(octets, deadlines.end);
  if (errno === -1) return timedOut({ deadlines, info, session }, -1);
  if (errno !== 0) return { code: SEND_ERROR, text: "Send failure: Broken pipe" };
  info.requestOctets += octets.length;
  info.uploaded = encodeUtf8(body).length;
  yield* session.show(">", head.match(/[^\n]*\n/g) ?? []);
  if (body !== "") yield* session.showData("}", info.uploaded, false);
  return null;
}

function* receive(
  whole: Transfer,
  connection: Connection,
  request: Request,
): Generator<Wait, ResponseHead | CurlProblem, void> {
  const { info, output, session } = whole;
  const { options } = session;
  const incoming = new Incoming();
  for (;;) {
    const head = yield* receiveHead(whole, connection, incoming);
    if ("code" in head) return head;
    info.status = head.status;
    info.httpVersion = head.version;
    info.contentType = head.headers.get("content-type") ?? "";
    info.headerOctets += head.lines.reduce((sum, line) => sum + encodeUtf8(line).length, 0);
    if (head.version === "1.0" && !keepsAlive(head))
      yield* session.say("HTTP 1.0, assume close after body");
    yield* session.show("<", head.lines);
    if ((options.include || options.head) && !(yield* output.write(head.lines.join(""))))
      return WRITE_FAILED;
    if (head.status >= 200) {
      const isRefused = options.fail && head.status >= 400;
      const problem = yield* receiveBody(
        whole,
        connection,
        incoming,
        head,
        request.method,
        !isRefused,
      );
      return problem ?? head;
    }
  }
}

function* receiveHead(
  whole: Transfer,
  connection: Connection,
  incoming: Incoming,
): Generator<Wait, ResponseHead | CurlProblem, void> {
  const { deadlines, info, session } = whole;
  for (;;) {
    if (incoming.length > 0) {
      const outcome = incoming.takeHead();
      if (outcome.kind === "head") return outcome.head;
      if (outcome.kind === "not-http")
        return { code: UNSUPPORTED_PROTOCOL, text: "Received HTTP/0.9 when not allowed" };
      if (outcome.kind === "too-large")
        return { code: RECEIVE_ERROR, text: "Too large response headers: 307200 > 307200" };
    }
    const received = yield* connection.receive(deadlines.end);
    if (received.kind === "timeout") return timedOut(whole, -1);
    if (received.kind === "failed") return receiveFailed(received.errno);
    if (received.kind === "end") return { code: EMPTY_REPLY, text: "Empty reply from server" };
    if (info.startTransfer === 0)
      info.startTransfer = elapsed(deadlines.startedAt, session.network.engine.now);
    incoming.add(received.octets);
  }
}
