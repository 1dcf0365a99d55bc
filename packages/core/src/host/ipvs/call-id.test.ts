/** The persistence engine `sip`: what it reads, and that it keeps calls with servers rather than clients. */
import { expect, test } from "vitest";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { Verdict } from "../netfilter/hook.ts";
import { callIdOf } from "./call-id.ts";
import { address, CLIENT, Director, realServer, service, VIP } from "./director.fixture.ts";

const PORT = 5060;
const SIP = service({
  identity: { kind: "address", protocol: IpProtocol.udp, address: VIP, port: PORT },
  persistenceTimeout: 60,
  persistenceEngine: "sip",
});

const director = (): Director => {
  const made = new Director();
  made.serve(SIP, realServer(0, { port: PORT }), realServer(1, { port: PORT }));
  return made;
};

const message = (text: string, client: Ipv4Address = CLIENT, port = 6000) => {
  const frame = new Director().segment(client, port, VIP, PORT, "");
  frame.protocol = IpProtocol.udp;
  frame.payload = Uint8Array.from(`##${text}#`, (letter) => letter.charCodeAt(0));
  frame.payloadOffset = 2;
  frame.payloadLength = text.length;
  return frame;
};

const invite = (...headers: readonly string[]): string =>
  ["INVITE sip:bob@example.org SIP/2.0", "Via: SIP/2.0/UDP 10.20.0.5", ...headers, "", ""].join(
    "\r\n",
  );

test.each([
  [invite("Call-ID: a84b4c76e66710@pc33"), "a84b4c76e66710@pc33"],
  [invite("call-id : one", "Call-ID: two"), "one"],
  [invite("i:\tcompact@10.20.0.5"), "compact@10.20.0.5"],
  ["INVITE sip:x\nCall-ID: line-feeds\n", "line-feeds"],
  [invite(`Call-ID: ${"x".repeat(255)}`), "x".repeat(255)],
  [invite(`Call-ID: ${"x".repeat(256)}`), null],
  [invite("Call-ID: two words"), null],
  [invite("Call-ID: @"), null],
  [invite("Call-ID:"), null],
  [invite("Info: none"), null],
  ["Call-ID: in the first line\r\n", null],
  ["INVITE sip:x\r\nCall-ID: without-an-end", null],
  ["", null],
])("of %j it reads %j", (text, callId) => {
  expect(callIdOf(message(text))).toBe(callId);
});

test("it reads datagrams alone", () => {
  const segment = message(invite("Call-ID: a"));
  segment.protocol = IpProtocol.tcp;
  expect(callIdOf(segment)).toBeNull();
});

test("a call stays with its server, and another of the same client has another", () => {
  const made = director();
  const chosen = ["a", "b", "a", "b", "c"].map((call, i) => {
    made.deliver(message(invite(`Call-ID: ${call}`), CLIENT, 6000 + i));
    return made.takeChosen();
  });
  expect(chosen).toEqual([1, 0, 1, 0, 1]);
  const templates = made.ipvs.connections().filter(({ template }) => template);
  expect(templates.map(({ callId }) => callId).sort()).toEqual(["a", "b", "c"]);
});

test("another client's call is another call", () => {
  const made = director();
  const chosen = [CLIENT, address("10.30.0.1")].map((client) => {
    made.deliver(message(invite("Call-ID: a"), client));
    return made.takeChosen();
  });
  expect(chosen).toEqual([1, 0]);
});

test("a datagram without a call is dropped in silence", () => {
  const made = director();
  expect(made.deliver(message("hello"))).toBe(Verdict.drop);
  expect([made.icmp, made.states()]).toEqual([[], []]);
});

test("a call without a server is refused as any packet is", () => {
  const made = new Director();
  made.serve(SIP, realServer(0, { weight: 0 }));
  expect(made.deliver(message(invite("Call-ID: a")))).toBe(Verdict.drop);
  expect(made.icmp).toEqual([{ type: 3, code: 3, rest: 0 }]);
});

test("a call is forgotten with its template", () => {
  const made = director();
  made.deliver(message(invite("Call-ID: a")));
  made.sleep(400);
  made.sleep(100);
  expect(made.states()).toEqual([]);
  made.deliver(message(invite("Call-ID: a"), CLIENT, 6001));
  expect(made.takeChosen()).toBe(0);
});
