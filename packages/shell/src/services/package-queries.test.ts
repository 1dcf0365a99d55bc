import { expect, test } from "vitest";
import { ToolsNetwork } from "../recorded/tools-network.ts";

const network = () => {
  const net = new ToolsNetwork();
  return (machine: string, command: string) => {
    const step = { machine, command, background: false, stdout: "", stderr: "", status: 0 };
    return net.play({ name: "", steps: [step] })[0] ?? step;
  };
};

test("dpkg knows what is installed", () => {
  const run = network();
  expect(run("c", "dpkg -l nginx | tail -1").stdout).toMatch(/^ii {2}nginx +1\.22\.1-9 +amd64 +/);
  expect(run("c", "dpkg -l nosuch")).toMatchObject({
    status: 1,
    stderr: "dpkg-query: no packages found matching nosuch\n",
  });
  expect(run("c", "apt-get -y remove nginx > /dev/null; dpkg -s nginx").status).toBe(1);
});

test("nginx writes down what it did not find", () => {
  const run = network();
  run("c2", "systemctl start nginx");
  expect(
    run("c", "curl -s -o /dev/null --resolve web:80:10.0.0.2 -w '%{http_code}' http://web/none")
      .stdout,
  ).toBe("404");
  expect(run("c2", "cat /var/log/nginx/error.log").stdout).toBe(
    '2024/01/01 00:00:00 [error] 1#1: *1 open() "/usr/share/nginx/html/none" failed (2: No such file or directory), client: 10.0.0.1, server: _, request: "GET /none HTTP/1.1", host: "web"\n',
  );
});
