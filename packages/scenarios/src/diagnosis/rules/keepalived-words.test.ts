import { expect, test } from "vitest";
import { closestWord } from "./keepalived-words.ts";

test.each([
  ["weigth", "weight"],
  ["virtual_ipadress", "virtual_ipaddress"],
  ["TCP_CHEK", "TCP_CHECK"],
  ["prioirty", "priority"],
  ["advert_init", "advert_int"],
  ["weight", undefined],
  ["cat", undefined],
  ["systemctl", undefined],
  ["192.168.10.12", undefined],
])("who writes %s means %s", (typed, meant) => {
  expect(closestWord(typed)).toBe(meant);
});
