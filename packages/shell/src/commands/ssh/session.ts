/** A client's session: to the other machine, past its identification, and what goes wrong on the way, in OpenSSH's words. */
import {
  Errno,
  errnoText,
  formatIpv4Address,
  type Instant,
  later,
  seconds,
  TcpState,
} from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { ProcessSockets } from "../../network/process-sockets.ts";
import { CommandFailure } from "../../options/failure.ts";
import { on } from "../../process/wait.ts";
import type { Run } from "../base/tool.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";
import { startDaemons } from "./daemon.ts";
import type { SshOptions } from "./options.ts";
import { Wire } from "./wire.ts";

/** What ssh ends with when it fails itself. */
export const SSH_FAILED = 255;

const failed = (text: string): CommandFailure => new CommandFailure(SSH_FAILED, `${text}\r\n`);

/** Connected and identified; the caller closes the wire. */
export function* openSession(context: CommandContext, options: SshOptions): Run<Wire> {
  const { host, port, user } = options;
  startDaemons(context.machine.engine);
  const address = parseLooseAddress(host) ?? addressOfHost(context.machine.files, host);
  if (address === undefined)
    throw failed(`ssh: Could not resolve hostname ${host}: Name or service not known`);
  const socket = new ProcessSockets(context.process.descriptors, context.namespace).tcp();
  const wire = new Wire(socket);
  let identified = false;
  try {
    const { now } = context.machine;
    const limit = options.connectTimeout > 0 ? later(now, seconds(options.connectTimeout)) : null;
    const started = socket.connect({ address, port });
    const errno =
      started !== 0 && started !== Errno.EINPROGRESS
        ? started
        : yield* connected(context, wire, limit);
    if (errno !== 0) throw failed(`ssh: connect to host ${host} port ${port}: ${errnoText(errno)}`);
    yield* identify(context, wire, formatIpv4Address(address), port);
    identified = true;
  } finally {
    if (!identified) wire.close();
  }
  if (user !== "root") {
    wire.close();
    throw failed(`${user}@${host}: Permission denied (publickey,password).`);
  }
  yield* remember(context, options);
  return wire;
}

function* connected(
  { machine }: CommandContext,
  { queue, socket }: Wire,
  limit: Instant | null,
): Run<number> {
  while (socket.state === TcpState.synSent || socket.state === TcpState.synReceived) {
    if (limit !== null && machine.now >= limit) return Errno.ETIMEDOUT;
    yield on(queue, limit);
  }
  return socket.takeError();
}

function* identify(_context: CommandContext, wire: Wire, address: string, port: number): Run<void> {
  wire.sendLine("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7");
  for (;;) {
    wire.pump();
    const line = wire.takeLine();
    if (line?.startsWith("SSH-2.0-")) return;
    if (wire.ended) {
      const why =
        wire.errno === 0 ? "Connection closed by remote host" : `read: ${errnoText(wire.errno)}`;
      const then = wire.errno === 0 ? "Connection closed by" : "Connection reset by";
      throw failed(`kex_exchange_identification: ${why}\r\n${then} ${address} port ${port}`);
    }
    yield on(wire.queue);
  }
}

/** Puts an unknown host among the known ones, and says so when that was asked for. Otherwise it counts as known. */
function* remember(
  context: CommandContext,
  { host, port, quiet, settings }: SshOptions,
): Run<void> {
  const checking = settings.get("stricthostkeychecking")?.toLowerCase();
  if (checking !== "no" && checking !== "accept-new") return;
  const path = settings.get("userknownhostsfile") ?? "/root/.ssh/known_hosts";
  const name = port === 22 ? host : `[${host}]:${port}`;
  const { files } = context.machine;
  const known = files.readText(path) ?? "";
  if (known.split("\n").some((line) => line.startsWith(`${name} `))) return;
  if (path !== "/dev/null")
    files.writeText(path, `${known}${name} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\n`, 0o600);
  if (!quiet && settings.get("loglevel")?.toUpperCase() !== "ERROR")
    yield* context.err(
      `Warning: Permanently added '${name}' (ED25519) to the list of known hosts.\r\n`,
    );
}

export interface RemoteResult {
  readonly status: number;
  readonly stdout: string;
}

/** Runs a command over there with `input`; its standard error is shown here. */
export function* runRemote(
  context: CommandContext,
  wire: Wire,
  command: string,
  input: string,
): Run<RemoteResult> {
  wire.send("C", command);
  let unsent = input;
  let stdout = "";
  let over = false;
  for (;;) {
    wire.pump();
    while (unsent !== "" && !wire.isFull) {
      wire.send("I", unsent.slice(0, 32_768));
      unsent = unsent.slice(32_768);
    }
    if (unsent === "" && !over) {
      wire.send("Z", "");
      over = true;
    }
    for (let frame = wire.takeFrame(); frame !== null; frame = wire.takeFrame()) {
      if (frame.kind === "O") stdout += frame.text;
      else if (frame.kind === "R") yield* context.err(frame.text);
      else if (frame.kind === "X") return { status: Number(frame.text), stdout };
    }
    if (wire.ended) return { status: SSH_FAILED, stdout };
    yield on(wire.queue);
  }
}
