# docker build -t python-mcp .
# docker run -i --init --rm -v python-mcp:/home/python-mcp/.python_mcp python-mcp
FROM denoland/deno:bin-2.9.6 AS deno
FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:3.13-slim-bookworm
COPY --from=deno /deno /usr/local/bin/deno
COPY --from=uv /uv /usr/local/bin/uv
RUN useradd --create-home --uid 10001 python-mcp
WORKDIR /app
COPY main.ts deno.json deno.lock ./
COPY lib lib
USER 10001
# `deno cache` says nothing of what it could not fetch; and a volume gets owner and mode of its folder.
RUN deno cache --frozen main.ts \
  && deno run -A --cached-only main.ts --version \
  && mkdir -m 700 /home/python-mcp/.python_mcp
VOLUME ["/home/python-mcp/.python_mcp"]
WORKDIR /home/python-mcp
ENTRYPOINT ["deno", "run", "-A", "--no-prompt", "/app/main.ts"]
