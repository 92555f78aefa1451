"""Learning curves: the log of a run, what it came to, and plots."""

import numpy as np

from experiments.shared import report

__all__ = ['best_epoch', 'draw_runs', 'draw_variants', 'summary']


def best_epoch(curve):
    """The line of a log whose weights were kept.

    Parameters
    ----------
    curve : sequence of dict

    Returns
    -------
    dict
        That of the lowest validation loss; without such, the last.
    """
    return min(curve, key=lambda record: record.get('val_loss',
                                                    -record['epoch']))


def summary(curve):
    """What a run came to.

    Parameters
    ----------
    curve : sequence of dict

    Returns
    -------
    dict
        'loss' (the lowest), 'decrease' (of the training loss from the first
        to the last epoch, for each epoch between), 'epochs', 'best_epoch',
        and of that all validation metrics; 'seconds_per_photo' of the
        fastest epoch and 'peak_memory_mib'.
    """
    best = best_epoch(curve)
    losses = [record['loss'] for record in curve]
    found = {name: value for name, value in best.items()
             if name.startswith('val_')}
    found.update(
        loss=min(losses), best_epoch=best['epoch'], epochs=len(curve),
        decrease=(losses[0] - losses[-1]) / max(1, len(losses) - 1),
        seconds_per_photo=round(min(record['seconds'] / record['photos']
                                    for record in curve), 4),
        peak_memory_mib=max(record['peak_memory_mib'] for record in curve))
    return found


def draw_variants(path, title, curves):
    """Plot training and validation losses of runs that can be compared.

    Parameters
    ----------
    path : str
        A PNG.
    title : str
    curves : dict
        By label, the lines of a log of each seed; of several the mean is
        drawn, in a band from the lowest to the highest.
    """
    figure, panels = _figure(2)
    for axis, name, words in zip(panels, ('loss', 'val_loss'),
                                 ('training loss', 'validation loss')):
        for label, several in curves.items():
            _band(axis, several, name, label)
        # A diverging variant must not flatten all others.
        axis.set_ylim(top=min(axis.get_ylim()[1], 2 * max(
            several[0][0]['loss'] for several in curves.values())))
        axis.set(xlabel='epoch', ylabel=words)
    panels[0].legend()
    figure.suptitle(title)
    _save(path, figure)


def draw_runs(path, curves):
    """Plot each run's losses in a panel of its own.

    Parameters
    ----------
    path : str
        A PNG.
    curves : dict
        Lines of a log by label.
    """
    figure, panels = _figure(len(curves))
    for axis, (title, curve) in zip(panels, curves.items()):
        _line(axis, curve, 'loss', 'training')
        _line(axis, curve, 'val_loss', 'validation')
        axis.axvline(best_epoch(curve)['epoch'], color='grey', linestyle=':',
                     label='weights kept')
        # Its first epochs must not flatten all that follows.
        axis.set(title=title, xlabel='epoch', ylabel='loss', ylim=(0, max(
            1.2 * curve[0]['loss'], min(record.get('val_loss', 0)
                                        for record in curve))))
        axis.legend()
    _save(path, figure)


def _figure(panels):
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(1, panels, figsize=(9, 3.5),
                                   squeeze=False, layout='constrained')
    return figure, axes[0]


def _line(axis, curve, name, label):
    axis.plot([record['epoch'] for record in curve],
              [record.get(name, float('nan')) for record in curve],
              marker='.', label=label)


def _band(axis, several, name, label):
    """Mean and range of runs that have the same epochs."""
    values = np.array([[record.get(name, np.nan) for record in curve]
                       for curve in several])
    epochs = [record['epoch'] for record in several[0]]
    line, = axis.plot(epochs, values.mean(axis=0), marker='.', label=label)
    if len(several) > 1:
        axis.fill_between(epochs, values.min(axis=0), values.max(axis=0),
                          color=line.get_color(), alpha=0.2, linewidth=0)


def _save(path, figure):
    report.save_plot(path, figure)
