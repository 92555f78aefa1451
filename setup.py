"""Installs colorize with its networks, its weights and a command."""

import glob
import re

from setuptools import find_packages, setup


def requirements(path):
    """The pins of a requirements file, without comments and hashes."""
    with open(path) as file:
        return re.findall(r'^[\w.-]+==[\w.]+', file.read(), re.M)


def extras():
    """The pins of what only some users need, by the name of the extra."""
    paths = {re.sub(r'requirements-|\.txt', '', path): path
             for path in glob.glob('requirements-*.txt')}
    return {name: requirements(path) for name, path in paths.items()
            if name not in ('bench', 'build', 'dev')}


def version():
    with open('colorize/__init__.py') as file:
        return re.search(r"__version__ = '(.+)'", file.read()).group(1)


with open('README.rst', encoding='utf-8') as readme:
    long_description = readme.read()

setup(
    name='colorize',
    version=version(),
    description='Image Colorization with Deep Convolutional Neural Networks '
                '(Hwang & Zhou, 2016) on Lasagne and Theano',
    long_description=long_description,
    license='MIT',
    python_requires='>=3.9, <3.12',
    packages=find_packages(include=['colorize*', 'models', 'weights']),
    package_data={'colorize.onednn': ['src/*', 'src_training/*'],
                  'colorize.paint': ['src/*'],
                  'colorize.page': ['static/*'],
                  'weights': ['*.npz', '*.json', '*.rst']},
    install_requires=requirements('requirements.txt'),
    extras_require=extras(),
    entry_points={
        'console_scripts': ['colorize = colorize.predict.__main__:script']},
    zip_safe=False,
)
