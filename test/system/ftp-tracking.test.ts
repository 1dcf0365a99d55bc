/** Masqueraded FTP turns connection tracking on for the whole director, though IPVS's own packets stay untracked. */
import { Lab } from "@lvsim/scenarios";
import { expect, test } from "vitest";
import { labNamed } from "../determinism/play.ts";

const VIP = "172.16.100.1";

test("with a masqueraded FTP service other traffic of the director is tracked, until the service goes", () => {
  const lab = Lab.build(labNamed("nat"), { seed: "1" });
  lab.run();
  const tracked = (): string[] => {
    lab.exec("client", `ping -c 1 ${VIP}; curl -s http://${VIP}/`);
    const lines = lab.exec("lvs-server", "conntrack -L 2> /dev/null").stdout.split("\n");
    return lines.filter((line) => line !== "").map((line) => line.split(" ")[0] as string);
  };
  expect(tracked()).toEqual([]);
  lab.exec("lvs-server", `ipvsadm -A -t ${VIP}:21 -p; ipvsadm -a -t ${VIP}:21 -r 192.168.100.2 -m`);
  expect(tracked()).toEqual(["icmp"]);
  lab.exec("lvs-server", `ipvsadm -D -t ${VIP}:21`);
  lab.exec("client", "sleep 31");
  expect(tracked()).toEqual([]);
});
