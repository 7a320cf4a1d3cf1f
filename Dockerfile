# An image of one static binary: docker build -t stripcheck .
FROM rust:1-alpine AS build
RUN apk add --no-cache build-base
COPY . /src
RUN cargo install --locked --path /src --root /out

FROM scratch
COPY --from=build /out/bin/stripcheck /stripcheck
ENTRYPOINT ["/stripcheck"]
