/** A server is taken out while a request is under way: at which moments does the client notice? */
import { directRouting, Lab } from "@lvsim/scenarios";
import { everyMoment } from "@lvsim/testing";
import { expect, test } from "vitest";

const VIP = "192.168.10.100";

const booted = (): Lab => {
  const lab = Lab.build(directRouting({ realServers: 2, scheduler: "rr" }), { seed: "1" });
  lab.run();
  return lab;
};

/** What the client gets when this is typed on the director at each moment of its request, without repetitions. */
const outcomes = (command: string): string[] =>
  everyMoment({
    begin: booted,
    request: ["client", `curl -s -m 3 http://${VIP}/`],
    meanwhile: ["dir", command],
    end: (_lab, { status, stdout }) => (status === 0 ? stdout.trim() : `status ${status}`),
  })
    .map(({ result }) => result)
    .filter((result, i, all) => result !== all[i - 1]);

test("a server that is deleted loses the requests that it has", () => {
  expect(outcomes(`ipvsadm -d -t ${VIP}:80 -r 192.168.10.12`)).toEqual(["rs1", "status 28", "rs2"]);
});

test("one that is given weight 0 answers them", () => {
  expect(outcomes(`ipvsadm -e -t ${VIP}:80 -r 192.168.10.12 -g -w 0`)).toEqual(["rs1", "rs2"]);
});
