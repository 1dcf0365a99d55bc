import { expect, test } from "vitest";
import { initialConfig } from "../initial-config.ts";
import { isSysctlDirectory, listSysctls } from "./access.ts";

test("directories are exactly the parents of the files", () => {
  const config = initialConfig();
  const parents = new Set(
    listSysctls(config).flatMap((path) => {
      const parts = path.split("/");
      return parts.slice(1).map((_part, i) => parts.slice(0, i + 1).join("/"));
    }),
  );
  expect([...parents].filter((path) => !isSysctlDirectory(config, path))).toEqual([]);
  const files = listSysctls(config).filter((path) => isSysctlDirectory(config, path));
  expect(files).toEqual([]);
  expect(isSysctlDirectory(config, "net/ipv4/conf/eth9")).toBe(false);
});
