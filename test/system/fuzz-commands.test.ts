/**
 * Every command of both images with random words: whatever a person types, the tool answers in some way, in simulated
 * time that ends, and the machine goes on.
 */
import { fc, test } from "@fast-check/vitest";
import type { MacAddress } from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";
import { describe, expect } from "vitest";

const COMMANDS_EACH = 8;
/** A patient shell would wait for ever for what listens or repeats. */
const PATIENCE = "timeout -s KILL 5";
const WORDS = [
  ..."add del show set get list flush save change replace append test create destroy help all default root".split(
    " ",
  ),
  ..."dev eth0 eth1 lo tunl0 br0 eth0:1 any via src dst from to table main local master netns type name".split(
    " ",
  ),
  ..."link addr route rule neigh netns tunnel fou monitor veth peer bridge vlan macvlan dummy ipip gre id mode".split(
    " ",
  ),
  ..."up down promisc mtu address lladdr nud permanent proto scope metric weight nexthop onlink mark fwmark".split(
    " ",
  ),
  ..."-A -D -I -L -N -X -P -F -Z -S -E -C -R -a -d -e -j -g -t -u -f -n -v -s -p -m -w -c -i -o -q -h -V -x -r".split(
    " ",
  ),
  ..."--help --version --line-numbers --dport --sport --state --to-destination --syn --set --timeout --stats".split(
    " ",
  ),
  ..."INPUT OUTPUT FORWARD nat filter mangle raw ACCEPT DROP REJECT MASQUERADE DNAT LOG tcp udp icmp conntrack".split(
    " ",
  ),
  ..."10.0.0.1 10.0.0.2:80 10.0.0.0/8 0.0.0.0/0 255.255.255.255 224.0.0.1 127.0.0.1 300.1.2.3 ::1 [::1]:80".split(
    " ",
  ),
  ..."0 1 -1 7 80 65535 65536 4294967296 99999999999999999999 0x10 1.5 1/2 02:00:00:00:00:01 ff:ff:ff:ff:ff:ff".split(
    " ",
  ),
  ..."net.ipv4.ip_forward=1 -w=1 / /etc/hosts /proc/net /dev/null . .. * ? ! = , : @ rr wrr wlc hash:ip".split(
    " ",
  ),
  "",
  " ",
  "中文",
  "a b",
  "%s%n",
  "-",
  "--",
  "$(x",
  "\\",
  "'",
  '"',
  "x".repeat(300),
];

const word = fc.oneof(
  { arbitrary: fc.constantFrom(...WORDS), weight: 9 },
  { arbitrary: fc.string({ maxLength: 12 }), weight: 1 },
);
/** Which command, of however many there are, and its words. */
const call = fc.tuple(fc.nat(), fc.array(word, { maxLength: 8 }));

const quoted = (text: string): string => `'${text.replaceAll("\0", "").replaceAll("'", "'\\''")}'`;

function machine(image: "debian-12" | "centos-7"): Lab {
  const lab = Lab.empty({ seed: "fuzz" });
  const outside = lab.addSwitch("s");
  for (const [i, name] of ["a", "b"].entries()) {
    lab.addMachine(name, { image });
    lab.attach(
      { machine: name, device: "eth0", mac: (0x020000000001 + i) as MacAddress },
      outside,
      `p${i}`,
    );
    lab.exec(name, `ip addr add 10.0.0.${i + 1}/24 dev eth0`);
  }
  return lab;
}

describe.each(["debian-12", "centos-7"] as const)("on %s", (image) => {
  const programs = machine(image)
    .exec("a", "ls -d /bin/* /sbin/* /usr/bin/* /usr/sbin/* 2>/dev/null")
    .stdout.trim()
    .split("\n");

  test("there are programs to try", () => {
    expect(programs.length).toBeGreaterThan(60);
  });

  test.prop([fc.array(call, { minLength: 1, maxLength: COMMANDS_EACH })], { numRuns: 150 })(
    "any words are answered, and the machine goes on",
    (calls) => {
      const lab = machine(image);
      for (const [which, words] of calls) {
        const program = programs[which % programs.length] as string;
        const line = `${PATIENCE} ${program} ${words.map(quoted).join(" ")} </dev/null`;
        const { status, stderr } = lab.exec("a", line);
        expect(status, line).toBeLessThan(256);
        expect(stderr, line).not.toMatch(/AssertionError|TypeError|RangeError|at .*\.ts:\d/);
      }
      expect(lab.exec("b", "echo still there")).toEqual({
        status: 0,
        stdout: "still there\n",
        stderr: "",
      });
    },
  );
});
