# The grader with its environment and its cases, for a user without any rights:
#   docker build -t nanograd .
#   docker run --rm --network none -v "$PWD/exercises:/submission:ro" nanograd
# PyTorch's builds without GPU support are smaller; their index is not ours to write down, but can be named:
#   docker build --build-arg PIP_EXTRA_INDEX_URL=… -t nanograd .
FROM python:3.12-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 XDG_CACHE_HOME=/var/cache

FROM base AS build
ARG PIP_EXTRA_INDEX_URL
WORKDIR /opt/nanograd
COPY pyproject.toml constraints.txt README.md LICENSE course.toml ./
COPY grader grader
COPY solutions solutions
COPY exercises exercises
COPY tests/properties tests/properties
RUN python -I -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt -e '.[torch]'
RUN .venv/bin/grader warm

FROM base
RUN useradd --create-home --shell /usr/sbin/nologin --uid 1000 grader
COPY --from=build /opt/nanograd /opt/nanograd
# Another seed's cases are added to it. Only with the key that they were kept with are they taken for one's own.
COPY --from=build --chown=grader:grader /opt/nanograd/.venv/nanograd.key /opt/nanograd/.venv/nanograd.key
COPY --from=build --chown=grader:grader /var/cache/nanograd /var/cache/nanograd
USER 1000:1000
WORKDIR /home/grader
ENTRYPOINT ["/opt/nanograd/.venv/bin/grader"]
CMD ["grade", "/submission"]
