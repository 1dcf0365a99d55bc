import "@lvsim/testing/setup";
import { type TestLab, type TestRequest, testLab } from "@lvsim/testing";
import { describe, expect, test } from "vitest";
import { labNamed } from "../determinism/play.ts";

/** A lab of the sheet, its start-up commands and its traffic carried out: one that fails is told. */
function played(name: string): TestLab {
  const lab = testLab(labNamed(name));
  lab.sendTraffic();
  return lab;
}

const fromClient = (name: string): readonly TestRequest[] =>
  played(name).requests.filter(({ outcome }) => outcome.from === "client");

describe("the four modes of the sheet", () => {
  test.each([
    ["dr", "client a c", "c client"],
    ["nat", "client lvs-server rs03", "rs03 lvs-server client"],
    ["tun", "client lvs-server rs03", "rs03 gw client"],
    ["fullnat", "client lvs-server rs03", "rs03 lvs-server client"],
  ])("in %s a request goes by %s and its reply by %s", (name, way, replyWay) => {
    const [request] = fromClient(name);
    expect(request).toTraverse(...way.split(" "));
    expect(request?.replyWay.join(" ")).toBe(replyWay);
  });

  test.each([
    ["dr", "c b c b c b"],
    ["nat", "rs03 rs02 rs01 rs03 rs02 rs01"],
    ["tun", "rs03 rs02 rs01 rs03 rs02 rs01"],
    ["fullnat", "rs03 rs02 rs01 rs03 rs02 rs01"],
  ])("in %s six requests are answered in turn, the server added last first", (name, servers) => {
    const requests = fromClient(name);
    expect(requests).toHaveLength(6);
    for (const [i, server] of servers.split(" ").entries())
      expect(requests[i]).toBeAnsweredBy(server);
  });
});

test("a director that asks its own VIP in DR gets no answer: the real server drops its own address as a martian", () => {
  const own = played("dr").requests.find(({ outcome }) => outcome.from === "a");
  expect(own?.outcome.status).toBe(28);
  expect(own?.outcome.stderr).toMatch(/timed out|Timeout was reached/);
  expect(own).toBeDroppedFor("ip-martian-source", "c");
});
