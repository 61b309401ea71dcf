# The explorer as one image that needs no network once it is built: the encoder comes in a
# wheel and the checkpoints in the repository.
FROM python:3.11-slim

# The index that torch comes from: by default PyTorch's own, for the build without CUDA.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --index-url "$TORCH_INDEX" --constraint constraints.txt torch \
    && pip install --no-cache-dir --constraint constraints.txt --requirement requirements.txt

COPY checkpoints checkpoints
COPY qbert_demo qbert_demo
COPY app.py .

RUN useradd --create-home --uid 1000 explorer
USER 1000

ENV GRADIO_ANALYTICS_ENABLED=False \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'], timeout=4)"]
CMD ["python", "app.py"]
