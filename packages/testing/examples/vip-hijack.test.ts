/** Direct routing where somebody forgot what keeps real servers quiet about the VIP. */
import "@lvsim/testing/setup";
import { directRouting, variantOf } from "@lvsim/scenarios";
import { testLab } from "@lvsim/testing";
import { expect, test } from "vitest";

const VIP = "192.168.10.100";
const good = directRouting({ realServers: 2, scheduler: "rr" });
const forgotten = variantOf(good, ({ hosts }) => {
  for (const host of Object.values(hosts))
    host.start = host.start.replace("sysctl -w net.ipv4.conf.all.arp_ignore=1\n", "");
});

test("with arp_ignore the director alone owns the VIP, and balances", () => {
  const lab = testLab(good);
  for (let i = 0; i < 4; i++) lab.ask("client", `curl -s http://${VIP}/`);
  expect(lab.host("dir")).toOwnVip(VIP);
  expect(lab.service()).toBeFairWithin(0);
});

test("without it a real server answers for the VIP, and requests pass the director by", () => {
  const lab = testLab(forgotten);
  const request = lab.ask("client", `curl -s http://${VIP}/`);
  expect(lab.host("dir")).not.toOwnVip(VIP);
  expect(request).toTraverse("client", "gw", "rs2");
});
