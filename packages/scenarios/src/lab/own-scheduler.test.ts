import type { SchedulerModule } from "@lvsim/core";
import { expect, test } from "vitest";
import { directRouting } from "../builders/modes.ts";
import { Lab } from "./lab.ts";

/** The server added first, for as long as it is there. */
const eldest: SchedulerModule = {
  name: "eldest",
  bind: ({ destinations }) => ({
    select: () => destinations.findLast(({ usableWeight }) => usableWeight > 0) ?? null,
  }),
};
const VIP = "192.168.10.100";
const DEFINITION = directRouting({ scheduler: "eldest" });

function booted(): Lab {
  const lab = Lab.build(DEFINITION, { seed: "1", schedulers: [eldest] });
  lab.run();
  return lab;
}

const answers = (lab: Lab): string =>
  lab.exec("client", `for i in 1 2 3; do curl -s http://${VIP}/; done`).stdout;

test("a director schedules with a scheduler of one's own, and shows it as any other", () => {
  const lab = booted();
  expect(answers(lab)).toBe("rs1\nrs1\nrs1\n");
  expect(lab.exec("dir", "ipvsadm -Ln").stdout).toContain(`TCP  ${VIP}:80 eldest`);
  expect(lab.exec("dir", `ipvsadm -E -t ${VIP}:80 -s rr`).status).toBe(0);
  expect(answers(lab).split("\n").sort().join("")).toMatch(/rs1.*rs2/);
});

test("forks and other network namespaces have it too", () => {
  const lab = booted();
  const add = `ipvsadm -A -t 10.0.0.1:80 -s eldest`;
  expect(lab.exec("dir", `ip netns add x; ip netns exec x ${add}`)).toMatchObject({ status: 0 });
  const fork = lab.fork();
  expect(fork.exec("dir", `ipvsadm -d -t ${VIP}:80 -r 192.168.10.11`).status).toBe(0);
  expect(answers(fork)).toBe("rs2\nrs2\nrs2\n");
  expect(answers(lab)).toBe("rs1\nrs1\nrs1\n");
});

test("a lab without it has no such scheduler, and none can take a name of Linux's", () => {
  const lab = Lab.build(DEFINITION, { seed: "1" });
  expect(lab.exec("dir", `ipvsadm -A -t ${VIP}:80 -s eldest`)).toMatchObject({
    status: 255,
    stderr: "Scheduler or persistence engine not found\n",
  });
  const build = () =>
    Lab.build(DEFINITION, { seed: "1", schedulers: [{ ...eldest, name: "wlc" }] });
  expect(build).toThrow("Linux has a scheduler called wlc");
});
