import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { decodeUtf8, encodeUtf8, Utf8Decoder, utf8Length } from "./utf8.ts";

test.prop([fc.uint8Array({ maxLength: 64 })])("any octets come back from text", (octets) => {
  expect(Array.from(encodeUtf8(decodeUtf8(octets)))).toEqual(Array.from(octets));
});

test.prop([fc.string({ unit: "binary", maxLength: 40 })])(
  "well-formed text comes back from octets",
  (text) => {
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
    expect(utf8Length(text)).toBe(encodeUtf8(text).length);
  },
);

test.prop([fc.string({ unit: "grapheme", maxLength: 20 }), fc.nat({ max: 60 })])(
  "a character that is cut between two pieces is put together",
  (text, cut) => {
    const octets = encodeUtf8(text);
    const decoder = new Utf8Decoder();
    const first = decoder.decode(octets.subarray(0, cut), false);
    expect(first + decoder.decode(octets.subarray(cut), true)).toBe(text);
  },
);
