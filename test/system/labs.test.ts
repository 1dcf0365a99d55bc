import { EtherType, IpProtocol, TcpFlag, type TraceEvent } from "@lvsim/core";
import { type LabRun, runLab } from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";
import { labNamed } from "../determinism/play.ts";

const play = (name: string): LabRun => runLab(name, labNamed(name), { seed: "1" });

/** The hosts that took in frames of TCP segments for which `wanted` holds, in order and without repetition. */
function path(
  run: LabRun,
  wanted: (event: TraceEvent & { kind: "received" }) => boolean,
): string[] {
  const hosts = new Set(Object.keys(run.definition.hosts));
  const passed: string[] = [];
  for (const event of run.events) {
    if (event.kind !== "received" || !wanted(event)) continue;
    const host = event.place.split(".")[0] as string;
    if (hosts.has(host) && passed.at(-1) !== host) passed.push(host);
  }
  return passed;
}

const flags = (event: TraceEvent & { kind: "received" }): number => {
  const { header } = event;
  const packet = header.inner ?? header;
  return packet.protocol === IpProtocol.tcp && header.etherType === EtherType.ipv4
    ? header.inner === null
      ? header.tcpFlags
      : TcpFlag.syn
    : 0;
};

const firstRequestPath = (run: LabRun): string[] => {
  const first = path(run, (event) => flags(event) === TcpFlag.syn);
  return first.slice(
    0,
    first.findIndex((host) => host.startsWith("rs") || /^[bc]$/.test(host)) + 1,
  );
};

const firstReplyPath = (run: LabRun): string[] => {
  const first = path(run, (event) => flags(event) === (TcpFlag.syn | TcpFlag.ack));
  return first.slice(0, first.indexOf("client") + 1);
};

describe("the four modes of the sheet", () => {
  test.each([
    ["dr", ["a", "c"], ["client"]],
    ["nat", ["lvs-server", "rs03"], ["lvs-server", "client"]],
    ["tun", ["lvs-server", "rs03"], ["gw", "client"]],
    ["fullnat", ["lvs-server", "rs03"], ["lvs-server", "client"]],
  ])("in %s a request passes %j and its reply %j", (name, request, reply) => {
    const run = play(name);
    expect(firstRequestPath(run)).toEqual(request);
    expect(firstReplyPath(run)).toEqual(reply);
  });

  test.each(["dr", "nat", "tun", "fullnat"])(
    "in %s every start-up command does its work",
    (name) => {
      const failed = play(name).starts.filter(({ asExpected }) => !asExpected);
      expect(failed.map(({ host, command, stderr }) => `${host}# ${command}: ${stderr}`)).toEqual(
        [],
      );
    },
  );

  test.each([
    ["dr", ["c", "b", "c", "b", "c", "b"]],
    ["nat", ["rs03", "rs02", "rs01", "rs03", "rs02", "rs01"]],
    ["tun", ["rs03", "rs02", "rs01", "rs03", "rs02", "rs01"]],
    ["fullnat", ["rs03", "rs02", "rs01", "rs03", "rs02", "rs01"]],
  ])("in %s six requests are answered in turn, the server added last first", (name, servers) => {
    const requests = play(name).requests.filter(({ from }) => from === "client");
    expect(requests.map(({ server }) => server)).toEqual(servers);
    expect(requests.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

test("a director that asks its own VIP in DR gets no answer: the real server drops its own address as a martian", () => {
  const run = play("dr");
  const own = run.requests.find(({ from }) => from === "a");
  expect(own?.status).toBe(28);
  expect(own?.stderr).toMatch(/timed out|Timeout was reached/);
  const reasons = run.events.flatMap((event) => (event.kind === "dropped" ? [event.reason] : []));
  expect(reasons).toContain("ip-martian-source");
});
