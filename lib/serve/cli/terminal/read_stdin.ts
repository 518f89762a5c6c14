/** All of standard input. */
export async function readStdin(): Promise<string> {
  return await new Response(Deno.stdin.readable).text();
}
