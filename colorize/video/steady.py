"""Colours that follow what moves, and hold.

The network answers on keyframes: where a scene begins, each few frames, and
where it ends. Its class scores are averaged with those of the keyframe
before, carried along by motion; then they are decoded. Frames between two
keyframes take the colours of both, carried along, the nearer the more.
"""

from collections import namedtuple

import numpy as np

from colorize.video import hints, motion

__all__ = ['EVERY', 'Memory', 'Stretch', 'stretches']

#: Frames from a keyframe to the next.
EVERY = 8

#: Share of the keyframes before in the scores, at most: something has to
#: come in.
_MOST = 0.95

#: A keyframe of before. scores: float16, (row, column, class). small:
#: lightness there. points: hints there, see :mod:`colorize.video.hints`.
Memory = namedtuple('Memory', 'scores small points')

#: Frames from a keyframe up to the next. items: as they were given. tints:
#: what `tint` made of their colours. memory: what the next stretch is to be
#: started with, None where another scene begins.
Stretch = namedtuple('Stretch', 'items smalls tints memory')


def stretches(frames, answer, tint, steady, memory=None, every=EVERY,
              told=None):
    """Colour small pictures of a film.

    Parameters
    ----------
    frames : iterable of (item, float32 array (row, column))
        Anything, and the lightness that goes with it; in order.
    answer : callable
        From lightness to scores, float32 (row, column, class).
    tint : callable
        From scores, lightness and points of hints to what is to be carried
        between keyframes, float32 (row, column, channel).
    steady : float
        0 to 1. At 0 each frame is a keyframe and stands for itself.
    memory : Memory, optional
        Of the stretch before, where a film is gone on with.
    every : int
        Frames from a keyframe to the next.
    told : callable, optional
        From an item to new points of hints in it, or None; such a frame is
        a keyframe.

    Yields
    ------
    Stretch
    """
    weight, opening = min(steady, _MOST), None
    told = told or (lambda item: None)

    def key(frame, memory):
        item, small = frame
        return _Key(small, answer, tint, memory, weight, told(item))
    for group, following in _groups(frames, every if steady else 1, told):
        smalls = [small for _, small in group]
        opening = opening or key(group[0], memory)
        memory = opening.memory
        closing = None
        if following is not None:
            closing = key(following, memory)
        elif len(group) > 2:
            closing = key(group[-1], memory)
        if following is None:
            memory = None
        yield Stretch([item for item, _ in group], smalls,
                      _between(smalls, opening, closing), memory)
        opening = None if following is None else closing


def _groups(frames, every, told):
    """Frames of one stretch, and the next keyframe: None where the scene
    ends."""
    group = []
    for item, small in frames:
        cut = bool(group) and motion.is_cut(group[-1][1], small)
        if cut or len(group) == every or group and told(item) is not None:
            yield group, None if cut else (item, small)
            group = []
        group.append((item, small))
    if group:
        yield group, None


class _Key:
    """A keyframe: the network's answer, averaged with those before it."""

    def __init__(self, small, answer, tint, memory, weight, points):
        self.small = small
        before = hints.moved(memory.points, memory.small, small) \
            if memory else hints.NONE
        points = hints.joined(before, points, small.shape)
        scores = answer(small)
        if memory is not None and weight:
            before = motion.carry(memory.scores.astype('float32'),
                                  memory.small, small)
            share = (weight * before.trust)[..., None]
            scores = scores + share * (before.values - scores)
        # Half precision, so that a film that is gone on with is the same.
        scores = scores.astype('float16')
        self.memory = Memory(scores, small, points)
        self.tint = tint(scores.astype('float32'), small, points)


def _between(smalls, opening, closing):
    """Tints of the frames of a stretch."""
    tints = [opening.tint]
    # The closing keyframe is the next stretch's first, or this one's last.
    inside = closing is not None and closing.small is smalls[-1]
    length = len(smalls) - inside
    for number, small in enumerate(smalls[1:], 1):
        if closing is None:
            tints.append(motion.carry(opening.tint, opening.small,
                                      small).values)
        elif small is closing.small:
            tints.append(closing.tint)
        else:
            tints.append(_mixed(small, opening, closing, number / length))
    return tints


def _mixed(small, opening, closing, share):
    """The colours of two keyframes in a frame between them."""
    one = motion.carry(opening.tint, opening.small, small)
    other = motion.carry(closing.tint, closing.small, small)
    # Where neither is to be trusted, both are.
    first = ((one.trust + np.float32(1e-3)) * (1 - share))[..., None]
    second = ((other.trust + np.float32(1e-3)) * share)[..., None]
    return (one.values * first + other.values * second) / (first + second)
