/** What is wrong with a configuration, in nginx's words and without `nginx: [emerg] `. */
export class NginxConfigError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}
