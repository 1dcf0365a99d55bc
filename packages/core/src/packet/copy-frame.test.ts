import { expect, test } from "vitest";
import { copyFrame } from "./copy-frame.ts";
import { Frame, PacketType } from "./frame.ts";
import { FrameExtras } from "./frame-extras.ts";

/** What a copy does not share: its name, and whether others hold it; and where accessors look. */
const OWN = new Set(["id", "shared", "extras"]);

/** Fields, and what accessors stand for. */
const namesOf = (frame: Frame): string[] =>
  [...Object.keys(frame), ...Object.keys(new FrameExtras())].filter((name) => !OWN.has(name));

test("a copy has every field of its original but what is its own", () => {
  const original = new Frame(1);
  const fields = original as unknown as Record<string, unknown>;
  const names = namesOf(original);
  expect(names.length).toBeGreaterThan(44);
  // A value of its own in every field, so that a field left out or mixed up shows.
  for (const [i, name] of names.entries()) fields[name] = 1000 + i;
  const copy = copyFrame(original, 2) as unknown as Record<string, unknown>;
  expect(names.filter((name) => copy[name] !== fields[name])).toEqual([]);
  expect(copy).toMatchObject({ id: 2, shared: false });
  expect(copy.extras).not.toBe(original.extras);
});

test("a frame has nothing beside it until something is not as in most", () => {
  const frame = new Frame(1);
  const fields = frame as unknown as Record<string, unknown>;
  for (const [name, usual] of Object.entries(new FrameExtras())) fields[name] = usual;
  expect(frame.extras).toBeNull();
  frame.icmpType = 8;
  expect(frame.extras?.icmpType).toBe(8);
  frame.icmpType = 0;
  expect(frame.icmpType).toBe(0);
});

test("a frame whose tag was taken off has nothing beside it but what it had", () => {
  const frame = new Frame(1);
  frame.vlanTag = 10;
  expect(frame.vlanTag).toBe(10);
  frame.vlanTag = -1;
  expect(frame.extras).toBeNull();
  const usual = Object.entries(new FrameExtras());
  for (const [name, value] of usual.filter(([name]) => name !== "vlanTag")) {
    const other = Object.assign(new Frame(1), { vlanTag: 10, [name]: unlike(value) });
    other.vlanTag = -1;
    expect(other).toMatchObject({ vlanTag: -1, [name]: unlike(value) });
    other.shared = false;
    expect(copyFrame(other, 2).extras === null).toBe(name === "shared");
  }
});

const unlike = (value: unknown): unknown =>
  typeof value === "boolean" ? !value : typeof value === "number" ? value + 1 : {};

test("what a host notes of a frame is several things, and the next host finds none of them", () => {
  const frame = new Frame(1);
  Object.assign(frame, { untracked: true, packetType: PacketType.otherHost, ipvsProperty: true });
  frame.untracked = false;
  frame.packetType = PacketType.broadcast;
  const noted = { untracked: false, packetType: PacketType.broadcast, ipvsProperty: true };
  expect(frame).toMatchObject(noted);
  expect(copyFrame(frame, 2)).toMatchObject(noted);
  frame.ipvsProperty = false;
  frame.untracked = true;
  expect(frame).toMatchObject({ ...noted, ipvsProperty: false, untracked: true });
  frame.enterHost(3);
  expect(frame).toMatchObject({ untracked: false, packetType: PacketType.host });
});
