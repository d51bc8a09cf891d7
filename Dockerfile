# syntax=docker/dockerfile:1
# The image of skep: built from this checkout, run as an ordinary user on a small Debian.
#
#   docker build -t skep .
#   docker run -p 127.0.0.1:9083:9083 -p 127.0.0.1:9084:9084 -v skep-data:/var/lib/skep -e SKEP_SECURITY__INSECURE=true skep
#
# That asks nobody who they are, and lets in this machine alone; docs/SECURITY.md has what lets others in.

FROM rust:1.95-slim-bookworm AS build
# ring compiles a little C; nothing else is needed, no protoc among it.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev make perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# What `skep version` says the image was built from: --build-arg SKEP_COMMIT=$(git rev-parse --short HEAD)
ARG SKEP_COMMIT
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin skep \
    && cp target/release/skep /usr/local/bin/skep

FROM debian:bookworm-slim
# The certificates are for object stores and databases behind TLS, curl for the health check.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /var/lib/skep --create-home skep
COPY --from=build /usr/local/bin/skep /usr/local/bin/skep
USER skep
WORKDIR /var/lib/skep
VOLUME /var/lib/skep
# On a machine skep listens on loopback only; in a container that would reach nobody.
ENV SKEP_THRIFT__LISTEN=0.0.0.0:9083 \
    SKEP_HTTP__LISTEN=0.0.0.0:9084
EXPOSE 9083 9084
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=6 \
    CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:9084/readyz"]
ENTRYPOINT ["skep"]
CMD ["serve"]
