"""``make update-rules``: Adam and Nesterov momentum (Section 5.2)."""

from colorize import command
from experiments.shared.comparison import compare

__all__ = ['VARIANTS', 'main']

#: The paper gives Nesterov's momentum, 0.9, but no learning rate for it:
#: one like Adam's is too small, so there are two larger ones.
VARIANTS = {
    'adam beta2=0.999': ({}, {'beta2': 0.999}),
    'adam beta2=0.99': ({}, {'beta2': 0.99}),
    'nesterov lr=0.01': ({}, {'update_rule': 'nesterov',
                              'learning_rate': 0.01}),
    'nesterov lr=0.1': ({}, {'update_rule': 'nesterov',
                             'learning_rate': 0.1}),
}


def main(arguments=None):
    """Parse the command line, train with each rule, write the results."""
    return compare('paper.update_rules', 'update rule',
                   'Adam with beta2 = 0.999 converged slightly faster than '
                   'with 0.99 and than Nesterov momentum of 0.9',
                   VARIANTS, arguments, 'adam beta2=0.999')


if __name__ == '__main__':
    command.run(main)
