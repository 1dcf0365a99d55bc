import { directRouting, Lab, variantOf } from "@lvsim/scenarios";
import { expect, test } from "vitest";
import { everyArrival } from "./every-arrival.ts";
import { everyMoment } from "./every-moment.ts";
import { everyOrder, interleavings, orderCount, outcomes, type Step } from "./every-order.ts";

const VIP = "192.168.10.100";

test("each person keeps to the order of what they do", () => {
  expect(
    [...interleavings(["ab", "1"].map((text) => [...text]))].map((order) => order.join("")),
  ).toEqual(["ab1", "a1b", "1ab"]);
  const people = ["abc", "12", "xy"].map((text) => [...text]);
  expect(new Set([...interleavings(people)].map(String)).size).toBe(210);
  expect(orderCount(people)).toBe(210);
  expect(() =>
    everyOrder([[], ...new Array(9).fill([{ name: "", act: () => 0 }])], () => 0, String),
  ).toThrow("362880 orders are too many");
});

const typed =
  (machine: string) =>
  (command: string): Step<Lab> => ({
    name: `${machine}# ${command}`,
    act: (lab) => {
      lab.exec(machine, command);
    },
  });

const booted = (): Lab => {
  const lab = Lab.build(directRouting({ realServers: 2, scheduler: "rr" }), { seed: "1" });
  lab.run();
  return lab;
};

test("of all orders in which two operators work, those that lead to another result are told", () => {
  const one = [
    `ipvsadm -E -t ${VIP}:80 -s wlc`,
    `ipvsadm -e -t ${VIP}:80 -r 192.168.10.11 -g -w 3`,
  ];
  const other = [`ipvsadm -C`, `ipvsadm -A -t ${VIP}:80 -s rr`];
  const people = [one, other].map((commands) => commands.map(typed("dir")));
  const played = everyOrder(people, booted, (lab) =>
    lab.exec("dir", "ipvsadm -Sn").stdout.split("\n"),
  );
  const found = outcomes(played).map(({ result, orders }) => ({ result, orders: orders.length }));
  expect(found).toMatchInlineSnapshot(`
    [
      {
        "orders": 5,
        "result": [
          "-A -t 192.168.10.100:80 -s rr",
          "",
        ],
      },
      {
        "orders": 1,
        "result": [
          "-A -t 192.168.10.100:80 -s wlc",
          "",
        ],
      },
    ]
  `);
});

test("of several hosts that answer for one address, whoever comes first owns it: in every order of arrival", () => {
  const noisy = variantOf(directRouting({ realServers: 2, scheduler: "rr" }), ({ hosts }) => {
    for (const host of Object.values(hosts))
      host.start = host.start.replaceAll(/^sysctl -w net.ipv4.conf.all.arp_.*\n/gm, "");
  });
  const race = {
    definition: noisy,
    options: { seed: "1" },
    hosts: ["dir", "rs1", "rs2"],
    play: (lab: Lab) => {
      lab.run();
      return lab.exec("gw", `ip neigh show ${VIP}`).stdout.split(" ")[4];
    },
  };
  const played = everyArrival(race);
  const macs: Readonly<Record<string, string>> = { dir: "03", rs1: "04", rs2: "05" };
  expect(played).toHaveLength(6);
  for (const { order, result } of played)
    expect(result).toBe(`02:00:00:00:${macs[order[0] ?? ""]}:00`);
  expect(() => everyArrival({ ...race, hosts: ["rs9"] })).toThrow("no host rs9");
});

test("a server that is deleted while it answers costs the client its answer: at which moments is told", () => {
  const moments = everyMoment({
    begin: booted,
    request: ["client", `curl -s -m 2 http://${VIP}/`],
    meanwhile: ["dir", `ipvsadm -d -t ${VIP}:80 -r 192.168.10.12`],
    end: (_lab, { status, stdout }) => `${status} ${stdout.trim()}`,
  });
  expect(moments.length).toBeGreaterThan(20);
  const results = moments.map(({ result }) => result);
  expect(
    results.map((one, i) => (one === results[i - 1] ? "" : `${i}: ${one}`)).filter(Boolean),
  ).toMatchInlineSnapshot(`
    [
      "0: 0 rs1",
      "11: 28 ",
      "38: 0 rs2",
    ]
  `);
});
