/** Lines recorded from iproute2 6.1 and net-tools 2.10; numbers of processes and inodes are the machine's own. */
import { seconds } from "@lvsim/core";
import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

/** A connection from nc to nc over the loopback, with five octets sent, after `wait` seconds. */
function talking(wait = 1): ShellMachine {
  const host = new ShellMachine();
  host.sh("ip link set lo up");
  host.sh("nc -l 80 >/dev/null & (printf hello; sleep 600) | nc 127.0.0.1 80 &", 1);
  host.machine.exec("true");
  const { engine } = host;
  const end = engine.now + seconds(wait);
  while (engine.now < end && engine.step());
  return host;
}

test("-p names the processes that have a socket open, and their descriptors", () => {
  const host = talking();
  const owners = host.sh("ss -tanp").stdout.match(/users:\(\("nc",pid=\d+,fd=\d\)\)/g);
  expect(owners?.map((owner) => owner.replace(/\d{2,}/, "N")).sort()).toEqual([
    'users:(("nc",pid=N,fd=3))',
    'users:(("nc",pid=N,fd=3))',
    'users:(("nc",pid=N,fd=4))',
  ]);
});

test("a process that is killed leaves no socket open", () => {
  const host = talking();
  host.sh("pkill nc");
  expect(host.sh("ss -tln").stdout).not.toContain(":80");
  expect(host.sh("ss -tnp state established").stdout.split("\n")).toHaveLength(2);
});

test("-i tells what TCP knows, in iproute2's order, and -o what it has agreed", () => {
  const lines = talking().sh("ss -tnoi dport = :80").stdout.split("\n");
  expect(lines[0]).toBe("State Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess");
  expect(lines[2]?.replace(/rtt:\S+ |send \S+ |last\S+ /g, "")).toBe(
    "\t ts sack reno wscale:7,7 rto:204 mss:65483 pmtu:65536 rcvmss:536 advmss:65483 cwnd:10 " +
      "bytes_sent:5 bytes_acked:6 rcv_space:65495 rcv_ssthresh:65495 snd_wnd:65536",
  );
});

test("-o shows how long a TIME_WAIT has still to go, and netstat -o the same", () => {
  const host = new ShellMachine();
  host.sh("ip link set lo up");
  host.sh("nc -l 80 </dev/null >/dev/null & echo x | nc -N 127.0.0.1 80; sleep 1");
  expect(host.sh("ss -tano state time-wait").stdout).toMatch(/timer:\(timewait,5[89]sec,0\)/);
  expect(host.sh("netstat -tano").stdout).toMatch(/TIME_WAIT {3}timewait \(5[89]\.\d\d\/0\/0\)\n$/);
});

test("a SYN that nobody answers waits for its next try", () => {
  const host = new ShellMachine();
  host.sh("ip link set lo up; ip addr add 10.0.0.1/24 dev lo; iptables -A INPUT -p tcp -j DROP");
  host.sh("nc 10.0.0.1 80 & sleep 1.5");
  const shown = host.sh("ss -tanpoe").stdout.replace(/pid=\d+/, "pid=N");
  expect(shown).toMatch(
    /SYN-SENT .* users:\(\("nc",pid=N,fd=3\)\) timer:\(on,1\.\d{3}ms,1\) ino:\d+ sk:\w+ cgroup:\/ <->\n$/,
  );
});

test("netstat -p and -e show programs, users and inodes, which /proc/net/tcp agrees with", () => {
  const host = new ShellMachine();
  host.sh("ip link set lo up; systemctl start nginx");
  const pid = host.sh("cat /run/nginx.pid").stdout.trim();
  const shown = host.sh("netstat -tlnpe").stdout.split("\n");
  expect(shown[1]).toBe(
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State       User       Inode      PID/Program name    ",
  );
  const inode = /LISTEN {6}0 {10}(\d+)/.exec(shown[2] ?? "")?.[1] ?? "";
  expect(shown[2]).toBe(
    `tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN      0          ${inode.padEnd(10)} ${`${pid}/nginx: master p`.slice(0, 19).padEnd(20)}`,
  );
  expect(host.sh("ss -tlnp").stdout).toContain(`users:(("nginx",pid=${pid},fd=6))`);
  expect(host.sh("sed -n 2p /proc/net/tcp").stdout.trimEnd()).toBe(
    `   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0`,
  );
});

test("netstat -s says what was counted, and -g who listens to all hosts", () => {
  const host = new ShellMachine();
  host.sh("ip link set lo up; ping -c 2 127.0.0.1");
  expect(host.sh("netstat -sw").stdout).toBe(
    "Ip:\n    Forwarding: 2\n    4 total packets received\n    0 forwarded\n" +
      "    0 incoming packets discarded\n    4 incoming packets delivered\n    4 requests sent out\n" +
      "Icmp:\n    4 ICMP messages received\n    0 input ICMP message failed\n    ICMP input histogram:\n" +
      "        echo requests: 2\n        echo replies: 2\n    4 ICMP messages sent\n    0 ICMP messages failed\n" +
      "    ICMP output histogram:\n        echo requests: 2\n        echo replies: 2\n" +
      "IcmpMsg:\n        InType0: 2\n        InType8: 2\n        OutType0: 2\n        OutType8: 2\n" +
      "UdpLite:\nIpExt:\nMPTcpExt:\n",
  );
  expect(host.sh("netstat -gn").stdout).toContain("lo              1      224.0.0.1\n");
  expect(host.sh("timeout 2.5 netstat -tnc").stdout.match(/Active/g)).toHaveLength(3);
});
