/** telnet (GNU inetutils 2.4, as Debian 12 has it): a connection to standard input and output. The protocol's options are left out. */
import { Errno, errnoText, formatIpv4Address, TcpState } from "@lvsim/core";
import type { Command } from "../../command.ts";
import { ProcessSockets } from "../../network/process-sockets.ts";
import { portOfService } from "../../network/services.ts";
import { on, WaitQueue } from "../../process/wait.ts";
import { wordTool } from "../base/tool.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";
import { readNcOptions } from "../nc/options.ts";
import { TcpPeer, talk } from "../nc/talk.ts";

const TELNET_PORT = 23;

export const telnet: Command = wordTool("/usr/bin/telnet", function* (job) {
  const { context } = job;
  const words = context.argv.slice(1).filter((word) => !word.startsWith("-"));
  const [host, service = String(TELNET_PORT)] = words;
  if (host === undefined) {
    yield* context.out("telnet> ");
    return 0;
  }
  const port = /^\d+$/.test(service) ? Number(service) : portOfService(service, "tcp");
  if (port === undefined) throw job.failBare(`telnet: ${service}: bad port`);
  const address = parseLooseAddress(host) ?? addressOfHost(context.machine.files, host);
  if (address === undefined) {
    yield* context.out(
      `Server lookup failure:  ${host}:${words.length > 1 ? service : "telnet"}, Name or service not known\n`,
    );
    return 1;
  }
  yield* context.out(`Trying ${formatIpv4Address(address)}...\n`);
  const socket = new ProcessSockets(context.process.descriptors, context.namespace).tcp();
  const queue = new WaitQueue();
  socket.onEvent = () => queue.wake();
  const started = socket.connect({ address, port });
  while (socket.state === TcpState.synSent || socket.state === TcpState.synReceived)
    yield on(queue);
  const errno = started !== 0 && started !== Errno.EINPROGRESS ? started : socket.takeError();
  if (errno !== 0) {
    socket.close();
    throw job.failBare(`telnet: Unable to connect to remote host: ${errnoText(errno)}`);
  }
  yield* context.out(`Connected to ${host}.\nEscape character is '^]'.\n`);
  yield* talk(context, new TcpPeer(socket), {
    ...readNcOptions(["nc", "-q", "0", host, String(port)]),
  });
  socket.close();
  yield* context.err("Connection closed by foreign host.\n");
  return 0;
});
