import { expect, test } from "vitest";
import { md5Hex } from "./md5.ts";
import { encodeUtf8 } from "./utf8.ts";

/** RFC 1321 §A.5, and a text that fills its last block but for the length. */
test.each([
  ["", "d41d8cd98f00b204e9800998ecf8427e"],
  ["a", "0cc175b9c0f1b6a831c399e269772661"],
  ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
  [
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
    "57edf4a22be3c955ac49da2e2107b67a",
  ],
  ["x".repeat(56), "668a72d5ba17f08e62dabcafad6db14b"],
])("MD5 of %j is %s", (text, digest) => {
  expect(md5Hex(encodeUtf8(text))).toBe(digest);
});
