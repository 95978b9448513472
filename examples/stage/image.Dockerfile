FROM debian:bookworm-slim
COPY --from=app /announce /usr/local/bin/announce
COPY gates /etc/announce/gates
USER 65532:65532
ENTRYPOINT ["announce"]
