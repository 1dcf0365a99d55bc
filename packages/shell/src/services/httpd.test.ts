import { expect, test } from "vitest";
import { ToolsNetwork } from "../recorded/tools-network.ts";

const network = () => {
  const net = new ToolsNetwork();
  return (machine: string, command: string) => {
    const step = { machine, command, background: false, stdout: "", stderr: "", status: 0 };
    return net.play({ name: "", steps: [step] })[0] ?? step;
  };
};

test("apache2 serves its document root and writes down who asked", () => {
  const run = network();
  expect(
    run(
      "c2",
      "systemctl start apache2; echo RS1 > /var/www/html/index.html; systemctl is-active apache2",
    ).stdout,
  ).toBe("active\n");
  expect(run("c", "curl -s 10.0.0.2").stdout).toBe("RS1\n");
  expect(run("c", "curl -sI 10.0.0.2/none").stdout).toContain("HTTP/1.1 404 Not Found\r\n");
  expect(run("c", "curl -sI 10.0.0.2").stdout).toContain("Server: Apache/2.4.65 (Debian)\r\n");
  expect(run("c2", "cut -d' ' -f1,6-9 /var/log/apache2/access.log").stdout).toBe(
    '10.0.0.1 "GET / HTTP/1.1" 200\n10.0.0.1 "HEAD /none HTTP/1.1" 404\n10.0.0.1 "HEAD / HTTP/1.1" 200\n',
  );
  run("c2", "systemctl stop apache2");
  expect(run("c", "curl -s 10.0.0.2").status).toBe(7);
});

test("the port of another server is not taken", () => {
  const run = network();
  run("c2", "systemctl start nginx");
  expect(run("c2", "apachectl start").stderr).toContain("could not bind to address 0.0.0.0:80\n");
  expect(
    run(
      "c2",
      "sed -i s/80/8080/ /etc/apache2/ports.conf; systemctl start apache2; curl -s -o /dev/null -w '%{http_code}' localhost:8080",
    ).stdout,
  ).toBe("200");
  expect(run("c2", "echo 'Listen x' > /etc/apache2/ports.conf; apachectl configtest").stderr).toBe(
    "AH00526: Syntax error on line 1 of /etc/apache2/ports.conf:\nPort must be specified\n",
  );
});
