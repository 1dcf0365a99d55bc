/** From a URL to a connection: the name, the local end, and who is to blame when there is none. */
import {
  elapsed,
  errnoText,
  formatIpv4Address,
  type Instant,
  type Ipv4Address,
  later,
  milliseconds,
} from "@lvsim/core";
import type { Wait } from "../../process/wait.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";
import { Connection, type LocalEnd } from "./connection.ts";
import type { ConnectFailure, CurlProblem } from "./dialect.ts";
import type { Session } from "./session.ts";
import type { HttpUrl } from "./url.ts";
import type { TransferInfo } from "./write-out.ts";

/** curl's own patience with a connection that nobody limits. */
const CONNECT_TIMEOUT_USUAL = 300_000;
/** A timer is noticed a moment late, which is why curl reports a millisecond more than it was told. */
const TIMER_SLACK = 1;

const INTERFACE_FAILED = 45;

/** The deadlines of one transfer. */
export interface Deadlines {
  readonly startedAt: Instant;
  /** `-m`; null for none. */
  readonly end: Instant | null;
}

export function deadlinesOf({ network, options }: Session): Deadlines {
  const startedAt = network.engine.now;
  const { maxTime } = options;
  const end = maxTime === 0 ? null : later(startedAt, milliseconds(maxTime + TIMER_SLACK));
  return { startedAt, end };
}

export const millisecondsSince = ({ network }: Session, since: Instant): number =>
  Math.floor(elapsed(since, network.engine.now) / 1e6);

export function* openConnection(
  session: Session,
  url: HttpUrl,
  deadlines: Deadlines,
  info: TransferInfo,
): Generator<Wait, Connection | CurlProblem, void> {
  const kept = yield* reuse(session, url);
  if (kept !== null) return kept;
  const { machine } = session.context;
  const address =
    parseLooseAddress(url.host) ??
    resolvedByHand(session, url) ??
    addressOfHost(machine.files, url.host);
  if (address === undefined) {
    const problem = session.dialect.unresolved(url.host);
    yield* session.say(problem.text);
    yield* session.say(`Closing connection ${session.connections++}`);
    return problem;
  }
  const local = localEnd(session);
  if (local !== null && "code" in local) return local;
  const number = session.connections++;
  const connection = new Connection(session.context, url.host, url.port, number);
  let problem: CurlProblem | null = null;
  let finished = false;
  try {
    problem = yield* connect(session, connection, address, local, deadlines);
    finished = true;
  } finally {
    if (!finished) connection.close();
  }
  if (problem === null) {
    info.connects++;
    info.connected = elapsed(deadlines.startedAt, session.network.engine.now);
    return connection;
  }
  yield* session.say(problem.text);
  yield* session.drop(connection);
  return problem;
}

/** What `--resolve` says of the host and port; `*` is any host. */
function resolvedByHand({ options }: Session, { host, port }: HttpUrl): Ipv4Address | undefined {
  for (const entry of options.resolves) {
    const [name = "", at, address = ""] = entry.replace(/^\+/, "").split(":");
    const matches = name === "*" || name.toLowerCase() === host.toLowerCase();
    if (matches && Number(at) === port) return parseLooseAddress(address.split(",")[0] ?? "");
  }
  return undefined;
}

function* reuse(session: Session, url: HttpUrl): Generator<Wait, Connection | null, void> {
  const { kept } = session;
  if (kept === null) return null;
  session.kept = null;
  if (kept.host === url.host && kept.port === url.port && kept.isIdle) {
    yield* session.say(`Re-using existing connection #${kept.number} with host ${url.host}`);
    return kept;
  }
  kept.close();
  return null;
}

/** `--interface` and `--local-port`; null when nothing is asked. */
function localEnd({ network, options }: Session): LocalEnd | CurlProblem | null {
  const { interface: name, localPort } = options;
  if (name === null) return localPort === 0 ? null : { address: 0 as Ipv4Address, port: localPort };
  const typed = parseLooseAddress(name);
  const address = typed ?? network.deviceNamed(name)?.addresses[0]?.local;
  if (address === undefined) return { code: INTERFACE_FAILED, text: `Couldn't bind to '${name}'` };
  return { address, port: localPort };
}

function* connect(
  session: Session,
  connection: Connection,
  address: Ipv4Address,
  local: LocalEnd | null,
  { end, startedAt }: Deadlines,
): Generator<Wait, CurlProblem | null, void> {
  const { dialect, network, options } = session;
  const { host, number, port } = connection;
  const addressText = formatIpv4Address(address);
  for (const line of dialect.trying(host, addressText, port, number)) yield* session.say(line);
  const began = network.engine.now;
  const patience = options.connectTimeout === 0 ? CONNECT_TIMEOUT_USUAL : options.connectTimeout;
  const limit = later(began, milliseconds(patience + TIMER_SLACK));
  const wholeFirst = end !== null && end < limit;
  const outcome = yield* connection.connect(address, local, wholeFirst ? end : limit);
  if (outcome.kind === "connected") {
    if (local !== null && local.port !== 0) yield* session.say(`Local port: ${local.port}`);
    yield* session.say(`Connected to ${host} (${addressText}) port ${port} (#${number})`);
    return null;
  }
  if (outcome.kind === "bind-failed")
    return {
      code: INTERFACE_FAILED,
      text: `bind failed with errno ${outcome.errno}: ${errnoText(outcome.errno)}`,
    };
  const after = millisecondsSince(session, startedAt);
  if (outcome.kind === "timeout") {
    if (wholeFirst) return { code: 28, text: `Connection timed out after ${after} milliseconds` };
    for (const line of dialect.timedOut(patience)) yield* session.say(line);
    return dialect.connectTimedOut(host, port, after);
  }
  const { errno, immediate } = outcome;
  const failure: ConnectFailure = { host, port, after, errno, immediate };
  for (const line of dialect.failed(failure, addressText)) yield* session.say(line);
  return dialect.connectFailed(failure);
}
