/** For tests of network commands: hosts on one switch, each with a kernel, and command lines run on them. */
import {
  type Ipv4Address,
  type MacAddress,
  type NetworkNamespace,
  parseIpv4Address,
  Simulation,
  type TcpSocket,
} from "@lvsim/core";
import type { Command, SimpleResult } from "../command.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { runCommand, testKernel } from "../testing/run-command.ts";
import { decodeUtf8, encodeUtf8 } from "../text/utf8.ts";

export interface TestHost {
  readonly namespace: NetworkNamespace;
  readonly kernel: Kernel;
  /** Runs a command line, words apart by blanks, to its end; `stdin` is its standard input. */
  run(line: string, stdin?: string): SimpleResult;
}

export interface TestNetwork {
  readonly simulation: Simulation;
  readonly hosts: readonly TestHost[];
}

/** `count` hosts with an eth0 of MAC 02:00:00:00:00:01 on, none of them with an address. */
export function testNetwork(count: number, commands: readonly Command[]): TestNetwork {
  const simulation = new Simulation({ seed: "test", trace: null });
  const bridge = simulation.addSwitch("br0");
  const hosts: TestHost[] = [];
  for (let i = 1; i <= count; i++) {
    const namespace = simulation.addNamespace(`h${i}`, "6.1.192");
    const mac = (0x020000000000 + i) as MacAddress;
    simulation.attach({ namespace, device: "eth0", mac }, bridge, `p${i}`);
    hosts.push(testHost(namespace, commands));
  }
  return { simulation, hosts };
}

function testHost(namespace: NetworkNamespace, commands: readonly Command[]): TestHost {
  const kernel = testKernel(namespace);
  const run = (line: string, stdin = ""): SimpleResult => {
    const words = line.split(" ");
    const command = commands.find(({ path }) => path.endsWith(`/${words[0]}`));
    if (command === undefined) throw new Error(`no such command: ${line}`);
    return runCommand(kernel, command, words, stdin);
  };
  return { namespace, kernel, run };
}

export const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;

/** Serves every connection on a port: what `answer` makes of the request; null resets, then the server closes. */
export function serve(
  { namespace }: TestHost,
  port: number,
  answer: (request: string) => string | null,
): void {
  const listener = namespace.sockets.listen({ address: address("0.0.0.0"), port }, 16);
  if (typeof listener === "number") throw new Error(`cannot listen: errno ${listener}`);
  listener.onEvent = () => {
    const socket = listener.accept();
    if (socket !== undefined) serveOne(socket, answer);
  };
}

function serveOne(socket: TcpSocket, answer: (request: string) => string | null): void {
  let request = "";
  const look = (): void => {
    for (let got = socket.receive(4096); got !== null && got.length > 0; got = socket.receive(4096))
      request += decodeUtf8(got);
    if (!request.includes("\r\n\r\n")) return;
    socket.onEvent = null;
    const text = answer(request);
    if (text === null) socket.abort();
    else {
      socket.send(encodeUtf8(text));
      socket.close();
    }
  };
  socket.onEvent = look;
  look();
}
