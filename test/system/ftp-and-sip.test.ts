/**
 * Two protocols of which IPVS knows more than ports. Masqueraded FTP turns connection tracking on for the whole director,
 * though IPVS's own packets stay untracked; the persistence engine `sip` keeps calls with servers.
 */
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

test("with the engine sip listings name the call of each template", () => {
  const lab = Lab.build(labNamed("nat"), { seed: "1" });
  lab.run();
  lab.exec("lvs-server", "ipvsadm -C");
  lab.exec("lvs-server", `ipvsadm -A -u ${VIP}:5060 -s rr -p 60 --pe sip`);
  for (const server of [2, 3])
    lab.exec("lvs-server", `ipvsadm -a -u ${VIP}:5060 -r 192.168.100.${server} -m`);
  for (const call of ["one@host", "two", "one@host"]) {
    const text = `OPTIONS sip:x SIP/2.0\\r\\nCall-ID: ${call}\\r\\n\\r\\n`;
    lab.exec("client", `printf '${text}' > m; nc -u -w 1 ${VIP} 5060 < m`);
  }
  const list = (command: string): string[] =>
    lab
      .exec("lvs-server", command)
      .stdout.split("\n")
      .filter((line) => /:0 |0000 /.test(line));
  expect(list("ipvsadm -Lnc --persistent-conn").toSorted()).toEqual([
    "UDP 00:59  NONE        172.16.100.10:0    172.16.100.1:5060  192.168.100.2:5060 sip              two",
    "UDP 00:59  NONE        172.16.100.10:0    172.16.100.1:5060  192.168.100.3:5060 sip              one@host",
  ]);
  expect(list("cat /proc/net/ip_vs_conn").toSorted()).toEqual([
    "UDP AC10640A 0000 AC106401 13C4 C0A86402 13C4 NONE             59 sip two",
    "UDP AC10640A 0000 AC106401 13C4 C0A86403 13C4 NONE             59 sip one@host",
  ]);
});
