# Every target sets up what it needs in .venv. `make help` lists them.

# The photos: one folder, searched with all below it, or COLORIZE_DATA.
PHOTOS ?=
# 1 for an experiment's small size: minutes, on bundled photos if need be.
QUICK ?=
# cpu, or cuda for the GPU; THEANO_FLAGS and .theanorc decide without.
DEVICE ?=
# Values of several words may be pasted with line breaks in them, each of which
# would end a recipe's command.
define newline


endef
joined = $(subst $(newline), ,$(subst \$(newline), ,$($1)))
$(foreach name,PHOTOS SETTINGS ONLY CONTENDERS SEED PAGE, \
    $(eval override $(name) := $$(call joined,$(name))))
# $(call plain,COUNT,--count) is that option where COUNT has a value; quoted
# may have blanks.
plain = $(if $($1),$2 $($1))
quoted = $(if $($1),$2 '$($1)')
# What several commands take.
WITH = $(call quoted,WEIGHTS,--weights)
OF_RUN = $(call quoted,RUN,--run)
OTHERS = $(call quoted,PHOTOS,--photos)
COUNTED = $(call plain,COUNT,--count)
FROM_VGG16 = $(call quoted,VGG16,--vgg16)
INTO = $(call quoted,OUT,--out)
ON = $(call plain,DEVICE,--device)
# What an experiment of the paper is given.
GIVEN = $(ON) $(OTHERS) $(if $(QUICK),--quick) $(call quoted,RUNS,--runs) \
    $(INTO)
# SETTINGS='--learning-rate 0.001 --batch-size 8': any of colorize.training's.
TRAIN = $(GIVEN) $(FROM_VGG16) $(call plain,EPOCHS,--epochs) \
    $(call plain,SIDE,--side) $(call plain,CROP,--crop) $(SETTINGS)
SYSTEMS = $(TRAIN) $(call plain,TEST,--test) $(call plain,ONLY,--only)
SUBSET = $(TRAIN) $(call plain,N,--count) $(call plain,WIDTH,--width)
VARIANTS = $(SUBSET) $(call plain,SEEDS,--seeds)
VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.dev-ready
BENCH_READY := $(VENV)/.bench-ready
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test lint weights train-default overfit lr-sweep \
    update-rules batch-sizes aggregation residual head colorspace rebalancing \
    coherence saturation averaging dark hints train-adversarial own smoothing \
    train-mcgill train-cvcl train-ilsvrc train-mirflickr train-folder \
    table1 table2 definitions splits figures judge gallery throughput bleeding \
    export film film-memory film-speed bench bench-gpu scaling \
    cluster torture fuzz load page page-picture clean

help:  ## this list; experiments write into out/results, or OUT=DIR
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "%-17s %s\n", $$1, $$2}' \
	    $(firstword $(MAKEFILE_LIST))

demo: $(READY)  ## colour real photos with the shipped weights, into out/demo
	$(PYTHON) -m experiments.show.demo $(ON) --out out/demo

test: lint  ## all tests, after lint
	$(PYTHON) -m nose tests

lint: $(DEV_READY)  ## flake8, 79 columns; imports run downwards (.importlinter)
	$(PYTHON) -m flake8 --exclude $(VENV),build .
	$(VENV)/bin/lint-imports --no-cache

weights: $(READY)  ## VGG16's published weights, downloaded or FROM=FILE
	$(PYTHON) -m weights.fetch $(call quoted,FROM,--from)

page: $(VENV)/.page-ready  ## colour photos in the browser [PAGE='--port 9000']
	$(PYTHON) -m colorize.page $(ON) $(PAGE)

page-picture: $(DEV_READY)  ## experiments/results/page.png, by Debian's chromium
	$(PYTHON) -m experiments.show.page_picture

export: $(VENV)/.export-ready  ## the network as out/colorize.onnx [WEIGHTS=FILE]
	$(PYTHON) -m colorize.export out/colorize.onnx $(WITH)

train-default: $(READY)  ## the recipe of weights/light.npz, PHOTOS=DIR [VGG16=FILE]
	$(PYTHON) -m experiments.beyond.train_default $(ON) $(FROM_VGG16) $(INTO) '$(PHOTOS)'

# --- the paper: PHOTOS=DIR, or QUICK=1 for minutes on bundled photos --------

overfit: $(READY)  ## Section 5.2: learn photos by heart [N=270 WIDTH=1.0 QUICK=1]
	$(PYTHON) -m experiments.paper.overfit $(SUBSET)

lr-sweep: $(READY)  ## Section 5.2: learning rates on a log scale [QUICK=1 SEEDS=3]
	$(PYTHON) -m experiments.paper.lr_sweep $(VARIANTS)

update-rules: $(READY)  ## Section 5.2: Adam beta2 0.99 and 0.999, Nesterov 0.9 [QUICK=1]
	$(PYTHON) -m experiments.paper.update_rules $(VARIANTS)

batch-sizes: $(READY)  ## Section 5.2: 4, 6, 8 and 12: convergence, memory [QUICK=1]
	$(PYTHON) -m experiments.paper.batch_sizes $(VARIANTS)

aggregation: $(READY)  ## Section 5.2, point 1: concatenation or sum [QUICK=1]
	$(PYTHON) -m experiments.paper.aggregation $(VARIANTS)

residual: $(READY)  ## Section 5.2, point 2: with and without residual units [QUICK=1]
	$(PYTHON) -m experiments.paper.residual $(VARIANTS)

head: $(READY)  ## Section 5.2, point 3: one, two, three convolutions [QUICK=1]
	$(PYTHON) -m experiments.paper.head $(VARIANTS)

colorspace: $(READY)  ## Section 5.2, point 4: HSV or CIELUV [QUICK=1]
	$(PYTHON) -m experiments.paper.colorspace $(VARIANTS)

rebalancing: $(READY)  ## beyond the paper: soft bins, rare colours weighed up [QUICK=1]
	$(PYTHON) -m experiments.beyond.rebalancing $(VARIANTS)

# PHOTOS='DIR DIR', of which RUN=DIR keeps those that a training held out; a
# folder with blanks in its name in quotes of its own.
HELD = $(ON) $(call plain,PHOTOS,--photos) $(OF_RUN) $(WITH) $(COUNTED) \
    $(if $(QUICK),--quick) $(INTO)

coherence: $(READY)  ## Section 6: what holds colours together [RUN=DIR WEIGHTS=FILE COUNT=100 QUICK=1]
	$(PYTHON) -m experiments.beyond.coherence $(HELD)

saturation: $(READY)  ## what stronger colours cost [RUN=DIR WEIGHTS=FILE COUNT=300 QUICK=1]
	$(PYTHON) -m experiments.beyond.saturation $(HELD)

averaging: $(READY)  ## answers averaged over mirrored photos and two sizes [RUN=DIR COUNT=100 QUICK=1]
	$(PYTHON) -m experiments.beyond.averaging $(HELD)

dark: $(READY)  ## bins' means by lightness, where photos are dark [RUN=DIR COUNT=60]
	$(PYTHON) -m experiments.beyond.dark $(HELD)

hints: $(READY)  ## how much a few told colours help [RUN=DIR WEIGHTS=FILE COUNT=100 QUICK=1]
	$(PYTHON) -m experiments.beyond.hints $(HELD)

train-adversarial: $(READY)  ## Section 6: the network against a judge [QUICK=1]
	$(PYTHON) -m experiments.beyond.adversarial $(TRAIN)

own: $(READY)  ## train further on 100 photos of a kind, judge by 50 others [PHOTOS=DIR WEIGHTS=FILE QUICK=1]
	$(PYTHON) -m experiments.beyond.own_photos $(GIVEN) $(WITH)

smoothing: $(READY)  ## Section 5.3: blur the class scores [WEIGHTS=FILE QUICK=1]
	$(PYTHON) -m experiments.paper.smoothing $(GIVEN) $(WITH)

train-mcgill: $(READY)  ## Section 5.3: both systems on McGill [QUICK=1]
	$(PYTHON) -m experiments.paper.train mcgill $(SYSTEMS)

train-cvcl: $(READY)  ## Section 5.3: both systems on MIT CVCL Open Country [SIDE=128 ONLY=regression_l2 QUICK=1]
	$(PYTHON) -m experiments.paper.train cvcl $(SYSTEMS)

train-ilsvrc: $(READY)  ## Section 5.3: both systems on ten categories of ILSVRC 2015 [QUICK=1]
	$(PYTHON) -m experiments.paper.train ilsvrc $(SYSTEMS)

train-mirflickr: $(READY)  ## Section 5.3: both systems on MIRFLICKR [QUICK=1]
	$(PYTHON) -m experiments.paper.train mirflickr $(SYSTEMS)

train-folder: $(READY)  ## the same on any photos [TEST=50 SIDE=128 CROP=96 QUICK=1]
	$(PYTHON) -m experiments.paper.train folder $(SYSTEMS)

table1: $(READY)  ## Section 4: which datasets lie below PHOTOS=DIR
	$(PYTHON) -m experiments.paper.table1 $(OTHERS) $(INTO)

table2: $(READY)  ## Section 5.3: score both systems [RUNS=runs/cvcl QUICK=1]
	$(PYTHON) -m experiments.paper.table2 $(GIVEN)

definitions: $(READY)  ## which bins could Table 2 have been counted with [PHOTOS=DIR]
	$(PYTHON) -m experiments.paper.definitions $(GIVEN)

splits: $(READY)  ## Table 2 over random splits of PHOTOS [SEEDS=3 EPOCHS=12 SETTINGS=...]
	$(PYTHON) -m experiments.paper.splits $(TRAIN) $(call plain,SEEDS,--seeds)

figures: $(READY)  ## Section 5.3: Figures 5 to 8, curves [RUNS=runs/cvcl QUICK=1]
	$(PYTHON) -m experiments.paper.figures $(GIVEN)

# --- measuring ------------------------------------------------------------

BENCHED = $(call plain,ROUNDS,--rounds) \
    $(call plain,CONTENDERS,--contenders)
bench: $(DEV_READY) $(BENCH_READY)  ## against Theano's convolution, PyTorch, onnxruntime [ROUNDS=3 CONTENDERS='colorize pytorch_fp32' OUT=DIR]
	$(PYTHON) -m experiments.measure.bench $(BENCHED) $(INTO)

# PyTorch, if it is to be compared with, is installed by hand: its wheel
# has to suit the driver.
bench-gpu: $(READY)  ## on your GPU: check a step, seconds per photo [DEVICE=cuda1]
	$(PYTHON) -m experiments.measure.bench_gpu $(ON) $(INTO)

scaling: $(VENV)/.mpi-ready  ## training: one process x 2 threads, two x 1; clusters computed [QUICK=1]
	$(PYTHON) -m experiments.measure.scaling $(if $(QUICK),--quick) $(INTO)

cluster: $(VENV)/.cluster-ready  ## 10,000 photos while workers are killed; rates; clusters computed [COUNT=10000 TASKS=100000]
	$(PYTHON) -m experiments.measure.cluster $(COUNTED) $(call plain,TASKS,--tasks) $(INTO)

torture: $(READY)  ## kill -9 a training 50 times, end bit-identical [KILLS=50]
	$(PYTHON) -m experiments.measure.torture $(call plain,KILLS,--kills) $(INTO)

FUZZED = $(call plain,CASES,--cases) $(call plain,SEED,--seed)
fuzz: $(READY)  ## 10,000 damaged photos, films and weights of each seed [CASES=10000 SEED='0 1 2']
	$(PYTHON) -m experiments.measure.fuzz $(FUZZED) $(INTO)

load: $(READY)  ## 5,000 photos, 1 % damaged, memory plotted [COUNT=5000]
	$(PYTHON) -m experiments.measure.load $(COUNTED) $(INTO)

judge: $(READY)  ## score weights on held-out photos, or PHOTOS=DIR [RUN=runs/default WEIGHTS=FILE OUT=DIR]
	$(PYTHON) -m experiments.measure.judge $(ON) $(OF_RUN) $(WITH) $(OTHERS) $(INTO)

gallery: $(READY)  ## a page of photos before and after [PHOTOS=DIR RUN=DIR COUNT=48]
	$(PYTHON) -m experiments.show.gallery $(ON) $(if $(PHOTOS),'$(PHOTOS)') $(OF_RUN) $(COUNTED) $(WITH)

throughput: $(READY)  ## a folder of photos beside the bare network [COUNT=1000 OUT=DIR]
	$(PYTHON) -m experiments.measure.throughput $(ON) $(COUNTED) $(INTO)

bleeding: $(READY)  ## how far colours bleed over edges when scaled up
	$(PYTHON) -m experiments.measure.bleeding $(INTO)

film: $(VENV)/.video-ready  ## do colours of films hold? [PHOTOS=DIR STEADY=0.5]
	$(PYTHON) -m experiments.measure.film $(OTHERS) $(call plain,STEADY,--steady) $(WITH) $(INTO)

film-memory: $(VENV)/.video-ready  ## memory of a long film [FRAMES=20000]
	$(PYTHON) -m experiments.measure.film_memory $(call plain,FRAMES,--frames) $(INTO)

film-speed: $(VENV)/.video-ready  ## frames a second at 720p, the profile
	$(PYTHON) -m experiments.measure.film_speed $(WITH) $(INTO)

clean:  ## remove what make has made, out/ and its results too, but no run
	rm -rf $(VENV) out build *.egg-info

# --- set-up ---------------------------------------------------------------

$(READY): requirements.txt requirements-build.txt requirements-formats.txt
	@$(find_python); $(check_compiler); \
	echo "setting up $(VENV) with $$python (once, about a minute)"; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements-build.txt
	@$(PIP) --no-build-isolation --require-hashes -r requirements.txt
	@$(PIP) --require-hashes -r requirements-formats.txt
	@touch $@

# Tests need every extra; a target of one extra needs $(VENV)/.NAME-ready.
EXTRAS := $(filter-out requirements-build.txt requirements-dev.txt \
    requirements-bench.txt, $(wildcard requirements-*.txt))

$(DEV_READY): $(READY) requirements-dev.txt \
    $(EXTRAS:requirements-%.txt=$(VENV)/.%-ready)
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.%-ready: requirements-%.txt $(READY)
	@$(PIP) --require-hashes -r $<
	@touch $@

# PyTorch's own index has the build without CUDA; where it cannot be reached
# pip is not to wait for it long, and PyPI's build does as well.
TORCH_INDEX := https://download.pytorch.org/whl/cpu

$(BENCH_READY): requirements-bench.txt $(READY)
	@$(PIP) --retries 0 --timeout 5 --extra-index-url $(TORCH_INDEX) \
	    --require-hashes -r $< || { \
	    echo "no $(TORCH_INDEX): taking PyPI's build, 3 GB with CUDA" >&2; \
	    $(PIP) --require-hashes -r experiments/measure/bench/pypi-torch.txt; }
	@touch $@

# Theano 1.0.5 runs on CPython 3.9 to 3.11 and compiles against Python.h.
# A candidate has to run and say that it is all this: a shim may stand in
# PATH without an interpreter behind it (then pyenv's versions lie beside
# the shims), a distribution may lack headers.
SUITS := import sys, sysconfig, os, venv, ensurepip; sys.exit(not ( \
    (3, 9) <= sys.version_info[:2] <= (3, 11) \
    and sys.implementation.name == "cpython" and os.path.exists( \
    os.path.join(sysconfig.get_paths()["include"], "Python.h"))))

define find_python
python=; old_ifs=$$IFS; IFS=:; \
for name in python3.11 python3.10 python3.9 python3 python; do \
  for folder in $$PATH; do \
    for found in "$$folder/$$name" "$$folder"/../versions/*/bin/"$$name"; do \
      if [ -z "$$python" ] && [ -x "$$found" ] && \
         "$$found" -c '$(SUITS)' >/dev/null 2>&1; \
      then python=$$found; fi; \
    done; \
  done; \
done; IFS=$$old_ifs; \
if [ -z "$$python" ]; then \
  echo "colorize needs CPython 3.9, 3.10 or 3.11 with headers and venv in" \
       "PATH (Debian 12: apt install python3.11-dev python3.11-venv;" \
       "elsewhere pyenv or uv has it)" >&2; exit 1; \
fi
endef

define check_compiler
command -v g++ >/dev/null || { \
  echo "colorize needs the C++ compiler g++ (Debian, Ubuntu: apt install" \
       "g++)" >&2; exit 1; }
endef
