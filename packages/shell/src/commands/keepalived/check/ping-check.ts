/** PING_CHECK: one echo request (RFC 792), and an answer before the timeout. */
import { Frame, IcmpType, IpProtocol } from "@lvsim/core";
import { IcmpSocket } from "../../../network/icmp-socket.ts";
import { defaultTtl, sendRaw } from "../../../network/raw-packet.ts";
import { Checker, type Report } from "./checker.ts";

const PAYLOAD_LENGTH = 56;

export class PingChecker extends Checker {
  private sequence = 0;

  override get title(): string {
    return "ICMP ping";
  }

  protected override get success(): string {
    return `ICMP connection to ${this.name} success.`;
  }

  protected override probe(report: Report): () => void {
    const { loop, namespace, process } = this.context.daemon;
    const { address } = this.target;
    const rest = ((process.pid & 0xffff) << 16) | (++this.sequence & 0xffff);
    const socket = new IcmpSocket(namespace);
    let isOver = false;
    const end = (): void => {
      isOver = true;
      timer.cancel();
      socket.close();
    };
    const finish = (isWell: boolean): void => {
      if (isOver) return;
      end();
      report({ isWell, why: isWell ? "" : `ICMP connection to ${this.name} timeout.` });
    };
    const look = (): void => {
      for (
        let heard = socket.received.shift();
        heard !== undefined;
        heard = socket.received.shift()
      )
        if (heard.type === IcmpType.echoReply && heard.from === address && heard.rest === rest)
          finish(true);
    };
    const timer = loop.after(this.settings.connectTimeout, () => finish(false));
    socket.queue.add({ wake: () => loop.soon(look) });
    const frame = new Frame(namespace.engine.newFrameId());
    frame.protocol = IpProtocol.icmp;
    frame.destination = address;
    frame.ttl = defaultTtl(namespace);
    frame.icmpType = IcmpType.echoRequest;
    frame.icmpRest = rest;
    frame.payload = new Uint8Array(PAYLOAD_LENGTH);
    frame.payloadLength = PAYLOAD_LENGTH;
    const { errno } = sendRaw(namespace, frame, { outputInterface: 0, discovery: "dont" });
    if (errno !== 0) loop.soon(() => finish(false));
    return end;
  }
}
