/** Where the lines of access logs go; who writes them decides what is in them. */
export interface AccessLogSink {
  /**
   * Takes a line at once; it is written soon.
   * @param destination ARN that the stage names: a log group
   */
  write(destination: string, line: string): void;
}
